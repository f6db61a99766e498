// Changed worlds: each constant moves what it should, held against the textbook's equations at single states.
import { describe, expect, test } from "vitest";
import { Acrobot, type AcrobotPhysics } from "../../src/env/acrobot.js";
import { CartPole, type CartPolePhysics } from "../../src/env/cartpole.js";
import { MountainCar, type MountainCarPhysics } from "../../src/env/mountain-car.js";

/** The largest distance of a start's numbers from a centre, over 200 episodes. */
function reach(env: { reset(): Float32Array; readonly state: Float64Array }, index: number, centre: number): number {
  let largest = 0;
  for (let episode = 0; episode < 200; episode++) {
    env.reset();
    largest = Math.max(largest, Math.abs(env.state[index] - centre));
  }
  return largest;
}

describe("CartPole", () => {
  /** Velocities after one step from rest at this angle. */
  const pushed = (physics: Partial<CartPolePhysics>, angle: number) => {
    const env = new CartPole(physics);
    env.reset();
    env.state.set([0, 0, angle, 0]);
    env.step(1);
    return { cart: env.state[1], pole: env.state[3] };
  };

  test("an upright pole: the push alone moves both, F / (M + m·(1 − 3/4)) the cart, 3/4 of it over half the pole's length", () => {
    // Upright and at rest, the pole's equation gives α = −(3/4)·a_cart/l, and the cart's F = (M + m)·a + m·l·α.
    for (const physics of [{}, { poleLength: 0.5 }, { poleLength: 3 }, { pushForce: 4 }, { gravity: 20 }]) {
      const { poleLength = 1, pushForce = 10 } = physics as Partial<CartPolePhysics>;
      const acceleration = pushForce / (1 + 0.1 - 0.75 * 0.1);
      const { cart, pole } = pushed(physics, 0);
      expect(cart).toBeCloseTo(0.02 * acceleration, 12);
      expect(pole).toBeCloseTo((0.02 * -0.75 * acceleration) / (poleLength / 2), 12);
    }
  });

  test("without a push the pole falls as gravity over its length asks", () => {
    // At rest: α·(4/3·l·(M + m) − m·l·cos²) = (M + m)·g·sin
    for (const [gravity, poleLength] of [
      [9.8, 1],
      [1.62, 1],
      [9.8, 4],
    ]) {
      const { pole } = pushed({ gravity, poleLength, pushForce: 0 }, 0.1);
      const half = poleLength / 2;
      const alpha = (1.1 * gravity * Math.sin(0.1)) / ((4 / 3) * half * 1.1 - 0.1 * half * Math.cos(0.1) ** 2);
      expect(pole).toBeCloseTo(0.02 * alpha, 12);
    }
  });

  test("starts within its range", () => {
    for (const startRange of [0.05, 0.2]) {
      const largest = reach(new CartPole({ startRange }), 2, 0);
      expect(largest).toBeLessThanOrEqual(startRange);
      expect(largest).toBeGreaterThan(0.95 * startRange);
    }
  });
});

describe("MountainCar", () => {
  test("a step adds force times direction less gravity times the slope", () => {
    for (const physics of [{}, { gravity: 0.004 }, { force: 0.0005 }] as Partial<MountainCarPhysics>[]) {
      const { gravity = 0.0025, force = 0.001 } = physics;
      for (const action of [0, 1, 2]) {
        const env = new MountainCar(physics);
        env.reset();
        env.state.set([-0.3, 0]);
        env.step(action);
        expect(env.state[1]).toBeCloseTo((action - 1) * force - gravity * Math.cos(-0.9), 15);
      }
    }
  });

  test("starts within its range around −0.5, at rest", () => {
    const env = new MountainCar({ startRange: 0.4 });
    const largest = reach(env, 0, -0.5);
    expect(largest).toBeLessThanOrEqual(0.4);
    expect(largest).toBeGreaterThan(0.38);
    expect(env.state[1]).toBe(0);
  });
});

describe("Acrobot", () => {
  const constants = ({ gravity = 9.8, linkMass = 1, linkLength = 1 }: Partial<AcrobotPhysics>) => ({
    gravity,
    mass: linkMass,
    length: linkLength,
    centre: linkLength / 2,
    inertia: linkMass * linkLength ** 2,
  });

  /** Kinetic and potential energy of two rods on a joint, from the velocities of their centres of mass. */
  const energy = (physics: Partial<AcrobotPhysics>, [angle1, angle2, velocity1, velocity2]: Float64Array) => {
    const { gravity, mass, length, centre, inertia } = constants(physics);
    const both = angle1 + angle2;
    const turn = velocity1 + velocity2;
    const across = length * Math.cos(angle1) * velocity1 + centre * Math.cos(both) * turn;
    const up = length * Math.sin(angle1) * velocity1 + centre * Math.sin(both) * turn;
    const kinetic =
      (mass * (centre * velocity1) ** 2 +
        inertia * velocity1 ** 2 +
        mass * (across ** 2 + up ** 2) +
        inertia * turn ** 2) /
      2;
    const heights = -centre * Math.cos(angle1) + (-length * Math.cos(angle1) - centre * Math.cos(both));
    return kinetic + mass * gravity * heights;
  };

  test.each<Partial<AcrobotPhysics>>([
    {},
    { gravity: 4 },
    { linkMass: 2.5 },
    { linkLength: 1.7 },
    { gravity: 3, linkMass: 0.5, linkLength: 0.8 },
  ])("without torque keeps the energy of its own constants: %o", (physics) => {
    const env = new Acrobot(physics);
    env.reset();
    env.state.set([0.4, -0.3, 0.2, 0.1]);
    const before = energy(physics, env.state);
    const scale = constants(physics).mass * constants(physics).gravity * constants(physics).length;
    for (let step = 0; step < 20; step++) env.step(1);
    expect(Math.abs(energy(physics, env.state) - before)).toBeLessThan(1e-3 * scale);
  });

  test("starts within its range", () => {
    const largest = reach(new Acrobot({ startRange: 0.8 }), 1, 0);
    expect(largest).toBeLessThanOrEqual(0.8);
    expect(largest).toBeGreaterThan(0.76);
  });
});
