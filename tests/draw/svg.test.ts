// Scenes as SVG, standing still and moving.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { animatedSvg } from "../../src/draw/animation.js";
import { sceneToSvg } from "../../src/draw/svg.js";
import type { Scene } from "../../src/env/scene.js";
import { anyScene } from "./scenes.js";
import { type Node, parseXml } from "./xml.js";

const scene: Scene = {
  bounds: [-1, 0, 1, 1],
  background: "#ffffff",
  shapes: [
    {
      kind: "polygon",
      points: [
        [-1, 0],
        [1, 0],
        [0, 1],
      ],
      fill: "#112233",
    },
    { kind: "polyline", points: [[0, 0.5]], stroke: "#445566", strokeWidth: 0.1 },
    { kind: "circle", centre: [0.5, 0.25], radius: 0.125, fill: "#778899" },
    { kind: "text", at: [-1, 0.5], size: 0.2, text: `a < b & "c"`, fill: "#000000" },
  ],
};

describe("a picture that stands still", () => {
  it("has its shapes in order, y up, the whole of the bounds", () => {
    const { attributes, children } = parseXml(sceneToSvg(scene, { width: 200, title: "<one>" }));
    expect(attributes).toMatchObject({ viewBox: "0 0 200 100", width: "200", height: "100", "aria-label": "<one>" });
    const [background, ...shapes] = children;
    expect(background).toMatchObject({ name: "rect", attributes: { fill: "#ffffff" } });
    expect(shapes.map(({ name, attributes }) => ({ name, ...attributes }))).toEqual([
      { name: "polygon", points: "0,100 200,100 100,0", fill: "#112233" },
      { name: "polyline", points: "100,50", fill: "none", stroke: "#445566", "stroke-width": "10" },
      { name: "circle", cx: "150", cy: "75", r: "12.5", fill: "#778899" },
      { name: "text", x: "0", y: "50", "font-size": "20", fill: "#000000" },
    ]);
    expect(shapes[3].text).toBe(`a < b & "c"`);
  });

  it("is XML whatever is in it", () => {
    fc.assert(
      fc.property(anyScene, fc.string({ unit: "binary" }), (any, title) => {
        expect(parseXml(sceneToSvg(any, { title })).children.length).toBe(any.shapes.length + 1);
      }),
    );
  });

  it("refuses what cannot be drawn", () => {
    expect(() => sceneToSvg({ ...scene, bounds: [0, 0, 0, 1] })).toThrow(
      "a scene with the bounds 0, 0, 0, 1 cannot be drawn: left < right and bottom < top",
    );
    const shapes = [{ kind: "circle", centre: [Number.NaN, 0], radius: 1 }] as const;
    expect(() => sceneToSvg({ ...scene, shapes })).toThrow("a shape has a NaN in it: finite numbers can be drawn");
  });
});

/** What an element shows at a share of the film: its attributes as SMIL's discrete animation sets them. */
function shown({ name, attributes, children, text }: Node, time: number) {
  const now = { ...attributes };
  for (const { attributes: animate } of children) {
    expect(animate.calcMode).toBe("discrete");
    const times = animate.keyTimes.split(";").map(Number);
    const values = animate.values.split(";");
    expect(times[0]).toBe(0);
    expect(times.length).toBe(values.length);
    now[animate.attributeName] = values[times.findLastIndex((start) => start <= time)];
  }
  const { display = "inline", ...rest } = now;
  return display === "inline" ? [{ name, attributes: rest, text }] : [];
}

describe("a picture that moves", () => {
  it("shows in each frame what the picture of it shows", () => {
    fc.assert(
      fc.property(fc.array(anyScene, { minLength: 2, maxLength: 6 }), (any) => {
        const frames = any.map((each) => ({ ...each, bounds: any[0].bounds }));
        const [, style, still, moving] = parseXml(animatedSvg(frames, { secondsPerFrame: 0.5 })).children;
        expect(style.name).toBe("style");
        expect(still.attributes.class).toBe("still");
        const seen = (file: string) => parseXml(file).children.slice(1);
        const picture = (frame: Scene) =>
          seen(sceneToSvg(frame)).map(({ name, attributes, text }) => ({ name, attributes, text }));
        frames.forEach((frame, i) => {
          const time = (i + 0.5) / (frames.length + 2); // the last frame stays for a second, two frames
          expect(moving.children.flatMap((node) => shown(node, time))).toEqual(picture(frame));
        });
        expect(moving.children.flatMap((node) => shown(node, 0.999))).toEqual(picture(frames[frames.length - 1]));
      }),
    );
  });

  it("writes once what does not move", () => {
    const frames = Array.from({ length: 100 }, (_, i) => ({
      ...scene,
      shapes: [...scene.shapes, { kind: "circle", centre: [i / 100, 0], radius: 0.1, fill: "#000000" } as const],
    }));
    const svg = animatedSvg(frames, { secondsPerFrame: 0.02 });
    expect(svg.split("<animate ").length - 1).toBe(1);
    expect(svg.split("<polygon ").length - 1).toBe(2); // once more for those who want no motion
    expect(svg).toContain(' dur="3s"');
  });

  it("thins out a long episode, which takes as long", () => {
    const frames = Array.from({ length: 2501 }, (_, i) => ({
      ...scene,
      shapes: [{ kind: "circle", centre: [i / 2501, 0], radius: 0.1, fill: "#000000" } as const],
    }));
    const svg = animatedSvg(frames, { secondsPerFrame: 0.02, width: 100_000 });
    const [animate] = parseXml(svg).children[3].children[0].children;
    expect(animate.attributes.values.split(";").length).toBe(835); // every third and the last
    expect(Number.parseFloat(animate.attributes.dur)).toBeCloseTo(51, 0);
  });

  it("of one frame is a picture, and of none an error", () => {
    expect(animatedSvg([scene], { secondsPerFrame: 1 })).toBe(sceneToSvg(scene));
    expect(() => animatedSvg([], { secondsPerFrame: 1 })).toThrow("an animation needs at least one frame");
    expect(() => animatedSvg([scene], { secondsPerFrame: 0 })).toThrow("secondsPerFrame is 0: a number above 0");
  });
});
