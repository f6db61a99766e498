// The picture of long-term satisfaction: the rest of the session, satisfaction, engagement, and what can be shown next.
import { box, type Scene, type Shape } from "../scene.js";
import { colours, gauge, goodness, label } from "./picture.js";

/** What the picture shows. */
export interface LongTermSatisfactionView {
  /** The share of clickbait of each document that can be shown, from 0 to 1. */
  readonly clickbait: ArrayLike<number>;
  /** Net positive exposure of the user. */
  readonly exposure: number;
  /** Documents that are left in the session. */
  readonly remaining: number;
  readonly sessionLength: number;
  /** Clickbait of the document shown last; undefined after a reset. */
  readonly shown: number | undefined;
  /** Engagement with the document shown last, at most 100. */
  readonly engagement: number;
}

/** The exposure settles at minus this with only clickbait, and at plus this without clickbait. */
const settledExposure = 1 / 0.3;

export function drawLongTermSatisfaction(view: LongTermSatisfactionView): Scene {
  const { clickbait, exposure, remaining, sessionLength, shown, engagement } = view;
  const content = (exposure / settledExposure + 1) / 2;
  const shapes: Shape[] = [
    ...gauge(11, "session", remaining / sessionLength, `${remaining} left`, colours.time),
    ...gauge(9.8, "satisfaction", content, "", goodness(content)),
    ...gauge(8.6, "engagement", engagement / 100, engagement.toFixed(1), colours.clicked),
    label(0.6, 7.2, 0.6, "shown last"),
    label(5.2, 7.2, 0.6, "can be shown next: clickbait as height"),
  ];
  const column = (left: number, share: number) => {
    shapes.push(box(left, 0.8, left + 1.1, 6.6, { fill: colours.card }));
    shapes.push(box(left, 0.8, left + 1.1, 0.8 + 5.8 * share, { fill: goodness(1 - share) }));
    shapes.push(box(left, 0.8, left + 1.1, 6.6, { stroke: colours.edge, strokeWidth: 0.06 }));
  };
  if (shown !== undefined) column(1.4, shown);
  for (let document = 0; document < clickbait.length; document++) column(5.2 + 1.45 * document, clickbait[document]);
  return { bounds: [0, 0, 20, 12.2], background: colours.paper, shapes };
}
