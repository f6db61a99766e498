// Clipping beside its scalar reference, bit for bit, and by hand.
import { clip_norm } from "../clipping";
import * as reference from "../reference";
import { array_of, copy_of, expect_near, expect_same_bits, random_array, seed, zeros } from "./arrays";

describe("clip_norm", () => {
  it("equals the reference", () => {
    seed(1);
    for (let count: usize = 1; count <= 41; count++) {
      for (let most: f32 = 0.01; most < 100; most *= 3) {
        const gradients = zeros<f32>(count + 3);
        memory.copy(gradients, random_array<f32>(count, 2), count << 2);
        const expected = copy_of<f32>(gradients, count + 3);
        clip_norm(gradients, count, most);
        reference.clip_norm<f32>(expected, count, most);
        expect_same_bits(gradients, expected, count + 3, "gradients (count)", count);
      }
    }
  });

  it("scales (3, 4), of norm 5, to 1, and leaves what is shorter", () => {
    const gradients = array_of<f32>([3, 4, 0, 0]);
    clip_norm(gradients, 2, 5);
    expect(load<f32>(gradients)).toBe(3);
    clip_norm(gradients, 2, 1);
    expect_near(<f64>load<f32>(gradients), 0.6, 1e-7, "first");
    expect_near(<f64>load<f32>(gradients, 4), 0.8, 1e-7, "second");
  });

  it("knows norms that f32 does not hold", () => {
    const gradients = array_of<f32>([3e30, 4e30, 0, 0]);
    clip_norm(gradients, 2, 1);
    expect_near(<f64>load<f32>(gradients), 0.6, 1e-6, "first");
  });
});
