"""Peers in Python: PyTorch (eager) and JAX (a jit per step, or a scan of 100 steps), on one core.

    python3 python_peers.py <pytorch|jax|jax-scan>

Prints what it offers, takes requests and prints answers as serve.js does. The numbers are its own: the same shapes,
other draws; so it times only.
"""

import json
import math
import os
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

TRANSITIONS = 100_000
LABELLED = 10_000
GAMMA = 0.99
LEARNING_RATE = 1e-3
TEMPERATURE = 0.1
SCAN = 100
WARM_UP_SECONDS = 1
WINDOW_SECONDS = 0.12
RUN_SECONDS = 0.01

TEACHER = (4, 256, 256, 2)
# kind, widths, batch, loss, teacher in every update
CASES = {
    "A1": ("update", (4, 64, 64, 2), 64, None, None),
    "A2": ("update", (4, 128, 128, 2), 128, None, None),
    "A3": ("update", (8, 256, 256, 4), 128, None, None),
    "A4": ("update", (8, 256, 256, 4), 32, None, None),
    "A5": ("update", (4, 64, 2), 32, None, None),
    "B1": ("distil", (4, 32, 2), 128, "mse", None),
    "B2": ("distil", (4, 64, 64, 2), 128, "kl", None),
    "B1r": ("distil", (4, 32, 2), 128, "mse", TEACHER),
    "B2r": ("distil", (4, 64, 64, 2), 128, "kl", TEACHER),
    "C1": ("act", (4, 64, 64, 2), 1, None, None),
    "C2": ("act", (8, 256, 256, 4), 1, None, None),
    "C3": ("forward", (8, 256, 256, 4), 1024, None, None),
}


def make_data(numpy, widths, batch):
    """Replay memory, labelled states and observations as float32 arrays."""
    random = numpy.random.default_rng(0)
    inputs, actions = widths[0], widths[-1]
    uniform = lambda *shape: random.uniform(-1, 1, shape).astype(numpy.float32)
    return {
        "states": uniform(TRANSITIONS, inputs),
        "next_states": uniform(TRANSITIONS, inputs),
        "actions": random.integers(actions, size=TRANSITIONS),
        "rewards": 2 * uniform(TRANSITIONS),
        "discounts": numpy.where(random.random(TRANSITIONS) < 0.01, 0, GAMMA).astype(numpy.float32),
        "labelled": uniform(LABELLED, inputs),
        "labels": uniform(LABELLED, actions),
        "observations": uniform(batch, inputs),
    }


def pytorch(case):
    """A function run(n) that does n operations."""
    import numpy
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    torch.manual_seed(0)
    kind, widths, batch, loss, teacher_widths = case
    data = {name: torch.from_numpy(values) for name, values in make_data(numpy, widths, batch).items()}

    def network(sizes):
        layers = []
        for inputs, outputs in zip(sizes[:-1], sizes[1:]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        return torch.nn.Sequential(*layers[:-1])

    online = network(widths)
    target = network(widths)
    teacher = network(teacher_widths) if teacher_widths else None
    optimiser = torch.optim.Adam(online.parameters(), lr=LEARNING_RATE)

    def descend(value):
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        return value

    def update():
        rows = torch.randint(TRANSITIONS, (batch,))
        with torch.no_grad():
            next_states = data["next_states"][rows]
            best = online(next_states).argmax(1, keepdim=True)
            following = target(next_states).gather(1, best).squeeze(1)
            targets = data["rewards"][rows] + data["discounts"][rows] * following
        taken = online(data["states"][rows]).gather(1, data["actions"][rows].unsqueeze(1)).squeeze(1)
        return descend(functional.huber_loss(taken, targets))

    def distil():
        rows = torch.randint(LABELLED, (batch,))
        states = data["labelled"][rows]
        if teacher is None:
            labels = data["labels"][rows]
        else:
            with torch.no_grad():
                labels = teacher(states)
        q = online(states)
        if loss == "mse":
            return descend(functional.mse_loss(q, labels))
        log_targets = functional.log_softmax(labels / TEMPERATURE, 1)
        log_q = functional.log_softmax(q, 1)
        return descend(functional.kl_div(log_q, log_targets, reduction="batchmean", log_target=True))

    def act():
        with torch.inference_mode():
            return online(data["observations"]).argmax(1).item()

    def forward():
        with torch.inference_mode():
            return online(data["observations"])

    operation = {"update": update, "distil": distil, "act": act, "forward": forward}[kind]

    def run(n):
        for _ in range(n):
            operation()

    return run


def jax_peer(case, scan):
    """The same in JAX; where `scan`, n is the number of scans of 100 steps."""
    import jax
    import numpy
    from jax import numpy as jnp

    kind, widths, batch, loss, teacher_widths = case
    data = {name: jnp.asarray(values) for name, values in make_data(numpy, widths, batch).items()}

    def network(sizes, seed):
        random = numpy.random.default_rng(seed)
        parameters = []
        for inputs, outputs in zip(sizes[:-1], sizes[1:]):
            bound = inputs**-0.5
            parameters.append(
                tuple(
                    jnp.asarray(random.uniform(-bound, bound, shape).astype(numpy.float32))
                    for shape in ((inputs, outputs), (outputs,))
                )
            )
        return parameters

    def q_values(parameters, states):
        for weights, biases in parameters[:-1]:
            states = jax.nn.relu(states @ weights + biases)
        weights, biases = parameters[-1]
        return states @ weights + biases

    target = network(widths, 1)
    teacher = network(teacher_widths, 2) if teacher_widths else None

    def update_loss(online, data, rows):
        next_states = data["next_states"][rows]
        best = q_values(jax.lax.stop_gradient(online), next_states).argmax(1)
        following = jnp.take_along_axis(q_values(target, next_states), best[:, None], 1)[:, 0]
        targets = data["rewards"][rows] + data["discounts"][rows] * following
        q = q_values(online, data["states"][rows])
        error = jnp.take_along_axis(q, data["actions"][rows][:, None], 1)[:, 0] - targets
        size = jnp.abs(error)
        cut = jnp.minimum(size, 1)
        return (cut * (size - 0.5 * cut)).mean()

    def distil_loss(student, data, rows):
        states = data["labelled"][rows]
        labels = data["labels"][rows] if teacher is None else q_values(teacher, states)
        q = q_values(student, states)
        if loss == "mse":
            return ((q - labels) ** 2).mean()
        log_targets = jax.nn.log_softmax(labels / TEMPERATURE)
        return (jnp.exp(log_targets) * (log_targets - jax.nn.log_softmax(q))).sum(1).mean()

    def step(state, data):
        """One update: sample, loss, gradients, Adam (Kingma & Ba 2015, algorithm 1)."""
        parameters, first, second, count, key = state
        key, draw = jax.random.split(key)
        held, loss_of = (TRANSITIONS, update_loss) if kind == "update" else (LABELLED, distil_loss)
        rows = jax.random.randint(draw, (batch,), 0, held)
        value, gradients = jax.value_and_grad(loss_of)(parameters, data, rows)
        count = count + 1
        correction1 = 1 / (1 - 0.9**count)
        correction2 = 1 / (1 - 0.999**count)
        first = jax.tree_util.tree_map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree_util.tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
        parameters = jax.tree_util.tree_map(
            lambda p, m, v: p - LEARNING_RATE * m * correction1 / (jnp.sqrt(v * correction2) + 1e-8),
            parameters,
            first,
            second,
        )
        return (parameters, first, second, count, key), value

    if kind in ("act", "forward"):
        online = network(widths, 0)
        if kind == "act":
            operation = jax.jit(lambda states: q_values(online, states).argmax(1))
            observation = make_data(numpy, widths, 1)["observations"]
            return lambda n: [int(operation(observation)[0]) for _ in range(n)]
        operation = jax.jit(lambda states: q_values(online, states))
        return lambda n: [operation(data["observations"]).block_until_ready() for _ in range(n)]

    if scan:
        several = lambda state, data: jax.lax.scan(lambda s, _: step(s, data), state, None, length=SCAN)
    else:
        several = step
    compiled = jax.jit(several, donate_argnums=0)
    parameters = network(widths, 0)
    zeros = lambda: jax.tree_util.tree_map(jnp.zeros_like, parameters)
    state = (parameters, zeros(), zeros(), jnp.float32(0), jax.random.PRNGKey(0))

    def run(n):
        nonlocal state
        for _ in range(n):
            state, value = compiled(state, data)
        value.block_until_ready()

    return run


def warm(run):
    """The number of operations of a run of about 10 ms, once what they need is compiled."""
    n = 1
    until = time.perf_counter() + WARM_UP_SECONDS
    while time.perf_counter() < until:
        n = math.ceil(RUN_SECONDS / best_of_window(run, n))
    return n


def best_of_window(run, n):
    """Seconds of one operation in the best of many runs of n."""
    best = float("inf")
    until = time.perf_counter() + WINDOW_SECONDS
    while time.perf_counter() < until:
        start = time.perf_counter()
        run(n)
        best = min(best, time.perf_counter() - start)
    return best / n


def answer(line):
    print(json.dumps(line), flush=True)


def main(peer):
    scan = peer == "jax-scan"
    try:
        library = __import__("torch" if peer == "pytorch" else "jax")
    except ImportError as error:
        answer({"error": str(error)})
        return
    offered = [name for name, case in CASES.items() if not (scan and case[0] in ("act", "forward"))]
    answer({"version": library.__version__, "cases": offered})
    prepared = {}
    for request in sys.stdin:
        name = request.split()[1]
        try:
            if name not in prepared:
                run = pytorch(CASES[name]) if peer == "pytorch" else jax_peer(CASES[name], scan)
                prepared[name] = run, warm(run)
            answer({"usPerOp": 1e6 * best_of_window(*prepared[name]) / (SCAN if scan else 1)})
        except Exception as error:
            answer({"error": str(error).split("\n")[0]})


main(sys.argv[1])
