// The picture of interest evolution: the user's time, the slate shown last, what can be shown next, and the interests.
import { box, type Scene, type Shape } from "../scene.js";
import { colours, gauge, goodness, label } from "./picture.js";

/** What the picture shows. */
export interface InterestEvolutionView {
  /** The interest in each topic, from −1 to 1. */
  readonly interests: ArrayLike<number>;
  /** Topic and quality of each document that can be shown. */
  readonly topics: ArrayLike<number>;
  readonly qualities: ArrayLike<number>;
  /** Minutes. */
  readonly timeBudget: number;
  readonly startBudget: number;
  /** The documents shown last; none after a reset. */
  readonly shown: readonly ShownDocument[];
}

export interface ShownDocument {
  readonly clicked: boolean;
  /** Minutes. */
  readonly watchTime: number;
  readonly quality: number;
  readonly topic: number;
}

const largestQuality = 3.4;
const asShare = (quality: number) => (quality / largestQuality + 1) / 2;

/** A document as a card with its topic's number. Its quality gives the height and the colour of the filled part. */
function card(left: number, bottom: number, width: number, height: number, topic: number, quality: number): Shape[] {
  const share = Math.max(0, Math.min(1, asShare(quality)));
  return [
    box(left, bottom, left + width, bottom + height, { fill: colours.card }),
    box(left, bottom, left + width, bottom + share * height, { fill: goodness(share) }),
    box(left, bottom, left + width, bottom + height, { stroke: colours.edge, strokeWidth: 0.06 }),
    label(left + 0.2, bottom + height - 0.75, 0.65, String(topic)),
  ];
}

export function drawInterestEvolution(view: InterestEvolutionView): Scene {
  const { interests, topics, qualities, timeBudget, startBudget, shown } = view;
  const minutes = Math.max(0, timeBudget);
  const shapes: Shape[] = gauge(13, "time left", minutes / startBudget, `${Math.round(minutes)} min`, colours.time);

  shapes.push(label(0.6, 10.7, 0.6, "shown last"));
  let outcome = shown.length === 0 ? "" : "no click";
  shown.forEach(({ clicked, watchTime, quality, topic }, place) => {
    const left = 5.2 + 2.2 * place;
    shapes.push(...card(left, 9.5, 1.8, 2.8, topic, quality));
    if (!clicked) return;
    outcome = `watched ${watchTime.toFixed(1)} min`;
    shapes.push(box(left, 9.5, left + 1.8, 12.3, { stroke: colours.clicked, strokeWidth: 0.25 }));
  });
  shapes.push(label(5.6 + 2.2 * shown.length, 10.7, 0.6, outcome));

  shapes.push(label(0.6, 8.3, 0.6, "can be shown next: topic, and quality as height"));
  const room = 18.9 / topics.length;
  for (let document = 0; document < topics.length; document++) {
    shapes.push(...card(0.6 + room * document, 5.2, 0.85 * room, 2.6, topics[document], qualities[document]));
  }

  shapes.push(label(0.6, 4.1, 0.6, "interest in each topic"));
  const zero = 2.2;
  for (let topic = 0; topic < interests.length; topic++) {
    const left = 0.6 + 0.945 * topic;
    const end = zero + 1.3 * interests[topic];
    const fill = goodness((interests[topic] + 1) / 2);
    shapes.push(box(left, Math.min(zero, end), left + 0.7, Math.max(zero, end), { fill }));
    shapes.push(label(left + 0.1, 0.3, 0.45, String(topic)));
  }
  const axis = [
    [0.6, zero],
    [19.4, zero],
  ] as const;
  shapes.push({ kind: "polyline", points: axis, stroke: colours.edge, strokeWidth: 0.05 });
  return { bounds: [0, 0, 20, 14.2], background: colours.paper, shapes };
}
