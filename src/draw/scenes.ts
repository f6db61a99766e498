// The picture of an environment as it is now: its own, or, for the environments of the entry point, the one drawn here.
//
// CartPole, MountainCar and Acrobot have no render(): their pictures would add weight to every page that only acts.
import { needObject } from "../core/needed.js";
import { Acrobot } from "../env/acrobot.js";
import { CartPole } from "../env/cartpole.js";
import type { Env } from "../env/env.js";
import { MountainCar } from "../env/mountain-car.js";
import type { Scene } from "../env/scene.js";
import { WrappedEnv } from "../env/wrappers.js";
import { acrobotScene } from "./acrobot.js";
import { cartPoleScene } from "./cartpole.js";
import { mountainCarScene } from "./mountain-car.js";

/** The scene of an environment after its first reset; undefined if it has no picture. */
export function sceneOf(env: Env): Scene | undefined {
  needObject("env", env, "an environment", "reset");
  if (env instanceof CartPole) return cartPoleScene(env);
  if (env instanceof MountainCar) return mountainCarScene(env);
  if (env instanceof Acrobot) return acrobotScene(env);
  if (env instanceof WrappedEnv) return sceneOf(env.inner);
  return env.render?.();
}
