// The colours of the pictures drawn here.
export const palette = {
  sky: "#f6f8fb",
  ground: "#dfe5ec",
  edge: "#9aa6b4",
  dark: "#273444",
  wheel: "#3b4a5c",
  body: "#2f6fb7",
  limb: "#d9822b",
  joint: "#f5c26b",
  goal: "#2e9e6b",
  limit: "#d2565a",
} as const;
