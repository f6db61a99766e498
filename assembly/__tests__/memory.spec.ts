// The layout of a block: areas one after another, aligned, and blocks refused that are too large.
import { allocate_zeroed, area, begin_layout, floats, layout_end } from "../memory";

describe("a layout", () => {
  it("hands out areas one after another, each at a multiple of 16", () => {
    begin_layout(1024);
    expect(area(1)).toBe(1024);
    expect(area(16)).toBe(1040);
    expect(area(17)).toBe(1056);
    expect(floats(3)).toBe(1088);
    expect(floats(5)).toBe(1104);
    expect(area(0)).toBe(1136);
    expect(layout_end()).toBe(1136);
  });

  it("measures beyond 4 GiB", () => {
    begin_layout(0);
    floats(0xffffffff);
    floats(1);
    expect(layout_end()).toBe(4 * 0x100000000 + 16);
  });
});

describe("allocate_zeroed", () => {
  it("gives zeros at a multiple of 16, also where others have written", () => {
    const first = allocate_zeroed(1000);
    memory.fill(first, 0xff, 1000);
    heap.free(first);
    const second = allocate_zeroed(1000);
    expect(second & 15).toBe(0);
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
