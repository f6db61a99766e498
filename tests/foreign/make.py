# Writes the small files here, each with what its own library answers, into made.json.
# Run by hand: python3 make.py, with numpy, onnx and safetensors. The .pt files have the layout of torch.save, written by
# Python's own pickle and zipfile: PyTorch's classes are stand-ins of the same names.
import collections
import io
import json
import pickle
import sys
import types
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import save_file

random = np.random.default_rng(0)
made = {}


def network(widths):
    return [
        (random.normal(0, 1, (o, i)).astype(np.float32), random.normal(0, 1, o).astype(np.float32))
        for i, o in zip(widths, widths[1:])
    ]


def answers(layers, activation, observations):
    x = observations
    for index, (weight, bias) in enumerate(layers):
        x = x @ weight.astype(np.float64).T + bias
        if index < len(layers) - 1:
            x = np.maximum(x, 0) if activation == "relu" else np.tanh(x)
    return x


def record(file, observations, q_values):
    # where terms cancel, f32 has no five digits left, whoever adds them
    q_values = np.asarray(q_values, np.float64)
    kept = np.flatnonzero(np.abs(q_values).min(axis=1) > 0.1)[:8]
    made[file] = {"observations": observations[kept].tolist(), "qValues": q_values[kept].tolist()}


def observations_of(size):
    return random.normal(0, 1, (32, size)).astype(np.float32)


# PyTorch


class Tensor:
    def __init__(self, array):
        self.array = array

    def __reduce__(self):
        shape = self.array.shape
        strides = tuple(s // self.array.itemsize for s in self.array.strides)
        return (rebuild, (StorageOf(self.array), 0, shape, strides, False, collections.OrderedDict()))


class StorageOf:
    def __init__(self, array):
        self.array = array


def rebuild(*arguments):
    raise NotImplementedError


rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
sys.modules["torch"] = types.ModuleType("torch")
sys.modules["torch._utils"] = types.ModuleType("torch._utils")
sys.modules["torch._utils"]._rebuild_tensor_v2 = rebuild
storage_names = {"float32": "FloatStorage", "float64": "DoubleStorage", "float16": "HalfStorage", "int64": "LongStorage"}
for storage_name in storage_names.values():
    kind = type(storage_name, (), {"__module__": "torch", "__qualname__": storage_name})
    setattr(sys.modules["torch"], storage_name, kind)


def save_pt(file, value, protocol, compression):
    storages = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if not isinstance(item, StorageOf):
                return None
            storages.append(item.array)
            kind = getattr(sys.modules["torch"], storage_names[item.array.dtype.name])
            return ("storage", kind, str(len(storages) - 1), "cpu", item.array.size)

    buffer = io.BytesIO()
    Pickler(buffer, protocol).dump(value)
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("archive/data.pkl", buffer.getvalue())
        archive.writestr("archive/byteorder", "little")
        for key, array in enumerate(storages):
            archive.writestr(f"archive/data/{key}", array.tobytes(order="A"))
        archive.writestr("archive/version", "3\n")


layers = network([3, 5, 4, 2])
observations = observations_of(3)
state = collections.OrderedDict()
for index, (weight, bias) in enumerate(layers):
    state[f"net.{2 * index}.weight"] = Tensor(np.asfortranarray(weight) if index == 1 else weight)
    state[f"net.{2 * index}.bias"] = Tensor(bias)
state._metadata = {"": {"version": 1}}
save_pt("small_deflated.pt", state, 2, zipfile.ZIP_DEFLATED)
record("small_deflated.pt", observations, answers(layers, "relu", observations))

double = [(weight.astype(np.float64), bias.astype(np.float16)) for weight, bias in layers]
checkpoint = {
    "epoch": 2**40,
    "loss": 0.25,
    "done": [True, None, -1],
    "model_state_dict": {
        f"{name}.{kind}": Tensor(array)
        for name, pair in zip(["fc1", "fc2", "head"], double)
        for kind, array in zip(["weight", "bias"], pair)
    },
    "optimizer_state_dict": {"state": {0: {"step": Tensor(np.array([3])), "exp_avg": Tensor(layers[0][0])}}},
}
save_pt("checkpoint.pt", checkpoint, 4, zipfile.ZIP_STORED)
record("checkpoint.pt", observations, answers(double, "relu", observations))

# Stable-Baselines3, whose settings name a class as Python prints it

layers = network([3, 4, 2])
observations = observations_of(3)
policy = collections.OrderedDict()
for prefix, pairs in [("q_net.q_net", layers), ("q_net_target.q_net", network([3, 4, 2]))]:
    for index, (weight, bias) in enumerate(pairs):
        policy[f"{prefix}.{2 * index}.weight"] = Tensor(weight)
        policy[f"{prefix}.{2 * index}.bias"] = Tensor(bias)
buffer = io.BytesIO()
save_pt(buffer, policy, 2, zipfile.ZIP_DEFLATED)
kwargs = {":type:": "<class 'dict'>", ":serialized:": "", "activation_fn": "<class 'torch.nn.modules.activation.Tanh'>"}
with zipfile.ZipFile("tanh_sb3.zip", "w") as archive:
    archive.writestr("data", json.dumps({"policy_kwargs": kwargs}))
    archive.writestr("policy.pth", buffer.getvalue())
record("tanh_sb3.zip", observations, answers(layers, "tanh", observations))

with zipfile.ZipFile("refuse_bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("data", "{}")
    archive.writestr("policy.pth", bytes(30_000_000))

# safetensors

for kind in ["float16", "float64"]:
    layers = [(weight.astype(kind), bias.astype(kind)) for weight, bias in network([3, 4, 2])]
    observations = observations_of(3)
    tensors = {}
    for index, (weight, bias) in enumerate(layers):
        tensors[f"module.layers.{10 * index}.weight"] = weight
        tensors[f"module.layers.{10 * index}.bias"] = bias
    save_file(tensors, f"{kind}.safetensors")
    record(f"{kind}.safetensors", observations, answers(layers, "relu", observations))

# ONNX


def save_onnx(file, nodes, constants, inputs, outputs, refused=None, opset=17):
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", inputs])],
        [helper.make_tensor_value_info("q", TensorProto.FLOAT, ["batch", outputs])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, file)
    if refused is not None:
        made[file] = {"refused": refused}
        return
    observations = observations_of(inputs)
    (q_values,) = ReferenceEvaluator(model).run(None, {"x": observations})
    record(file, observations, q_values)


def raw(name, array):
    return numpy_helper.from_array(np.ascontiguousarray(array), name)


def listed(name, array, kind=TensorProto.FLOAT):
    return helper.make_tensor(name, kind, array.shape, array.flatten().tolist())


(w0, b0), (w1, b1) = network([3, 4, 2])
node = helper.make_node
save_onnx(
    "tanh_gemm.onnx",
    [
        node("Flatten", ["x"], ["flat"]),
        node("Gemm", ["flat", "w0", "b0"], ["h"], alpha=0.5, beta=2.0),
        node("Tanh", ["h"], ["t"]),
        node("Identity", ["t"], ["i"]),
        node("Gemm", ["i", "w1"], ["g"], transB=1),
        node("Add", ["b1", "g"], ["q"]),
    ],
    [listed("w0", w0.T), raw("b0", b0), raw("w1", w1), listed("b1", b1.reshape(1, 2))],
    3,
    2,
)
save_onnx(
    "constants_matmul.onnx",
    [
        node("Constant", [], ["w0"], value=raw("", w0.T)),
        node("MatMul", ["x", "w0"], ["h"]),
        node("Relu", ["h"], ["r"]),
        node("MatMul", ["r", "w1"], ["q"]),
    ],
    [raw("w1", w1.T)],
    3,
    2,
)

refused = {
    "sigmoid": ([node("Gemm", ["x", "w0"], ["h"], transB=1), node("Sigmoid", ["h"], ["q"], name="squash")], "squash"),
    "skip": (
        [
            node("Gemm", ["x", "square"], ["h"]),
            node("Relu", ["h"], ["r"]),
            node("Add", ["r", "x"], ["q"], name="skip"),
        ],
        "skip",
    ),
    "two_linear": (
        [node("MatMul", ["x", "square"], ["h"]), node("MatMul", ["h", "square"], ["q"], name="second")],
        "second",
    ),
    "mixed": (
        [
            node("MatMul", ["x", "square"], ["h"]),
            node("Relu", ["h"], ["r"]),
            node("MatMul", ["r", "square"], ["i"]),
            node("Tanh", ["i"], ["t"], name="other"),
            node("MatMul", ["t", "square"], ["q"]),
        ],
        "other",
    ),
    "last_activation": ([node("MatMul", ["x", "square"], ["h"]), node("Relu", ["h"], ["q"])], "activation"),
}
square = random.normal(0, 1, (3, 3)).astype(np.float32)
for name, (nodes, word) in refused.items():
    save_onnx(f"refuse_{name}.onnx", nodes, [raw("w0", w0), raw("square", square)], 3, 3 if name != "sigmoid" else 4, word)

with open("made.json", "w") as file:
    json.dump(made, file)
