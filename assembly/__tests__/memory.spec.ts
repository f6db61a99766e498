// The layout of a block: areas one after another, aligned, and blocks refused that are too large.
import { allocate_zeroed, area, floats, free_block, lay_out, layout_end, measure } from "../memory";

describe("a layout", () => {
  it("hands out areas one after another, each at a multiple of 64", () => {
    lay_out(1024);
    expect(area(1)).toBe(1024);
    expect(area(64)).toBe(1088);
    expect(area(65)).toBe(1152);
    expect(floats(16)).toBe(1280);
    expect(floats(17)).toBe(1344);
    expect(area(0)).toBe(1472);
    expect(layout_end()).toBe(1472);
  });

  it("measures beyond 4 GiB", () => {
    measure();
    floats(0xffffffff);
    floats(1);
    expect(layout_end()).toBe(4 * 0x100000000 + 64);
  });
});

describe("allocate_zeroed", () => {
  it("gives zeros at a multiple of 64, also where others have written", () => {
    const first = allocate_zeroed(1000);
    memory.fill(first, 0xff, 1000);
    free_block(first);
    const second = allocate_zeroed(1000);
    expect(second & 63).toBe(0);
    let written = 0;
    for (let i: usize = 0; i < 1000; i++) written += i32(load<u8>(second + i) != 0);
    expect(written).toBe(0);
  });

  it("is 0 from 1 GiB on", () => {
    expect(allocate_zeroed(1 << 30)).toBe(0);
    expect(allocate_zeroed((1 << 30) + 16)).toBe(0);
    expect(allocate_zeroed(0x100000000)).toBe(0);
    expect(allocate_zeroed(0x100000010)).toBe(0, "no more than 16 bytes in 32 bits");
  });
});
