// Slates as actions: the unordered sets of documents that a recommender can show.

/**
 * All sets of `size` whole numbers from `first` to `count` − 1. Each set is in ascending order: [0, 1], [0, 2], … for size 2.
 * @returns shape (sets, size)
 */
export function slates(count: number, size: number, first = 0): number[][] {
  if (size === 0) return [[]];
  const sets: number[][] = [];
  for (let document = first; document <= count - size; document++) {
    for (const rest of slates(count, size - 1, document + 1)) sets.push([document, ...rest]);
  }
  return sets;
}
