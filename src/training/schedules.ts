// Schedules: how ε and the learning rate change with the share of the training that is done.

/** From `initial` to `final` along a straight line, as `share` goes from 0 to 1; `final` beyond. */
export function linear(initial: number, final: number, share: number): number {
  return share >= 1 ? final : initial + (final - initial) * share;
}
