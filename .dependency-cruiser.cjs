// The layering of the house: each folder imports only from those after it (see CONTRIBUTING.md).
const order = [
  "cli",
  "queue",
  "log",
  "tune",
  "experiments",
  "report",
  "explain",
  "distill",
  "minari",
  "offline",
  "dqn",
  "training",
  "export",
  "import",
  "evaluate",
  "draw",
  "gymnasium",
  "env",
  "model",
  "core",
];

const layers = order.slice(1).map((folder, index) => ({
  name: `${folder}-imports-downwards`,
  comment: `src/${folder}/ may import only from ${[folder, ...order.slice(index + 2)].join(", ")}`,
  severity: "error",
  from: { path: `^src/${folder}/` },
  to: { path: `^src/(index\\.ts|(${order.slice(0, index + 1).join("|")})/)` },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: "no-cycles",
      comment: "a cycle hides which file knows which",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "env-knows-no-agent",
      comment: "environments know only deterministic mathematics and their own random source",
      severity: "error",
      from: { path: "^src/env/" },
      to: { path: "^src/", pathNot: "^src/(env/|core/(math|missing-package|needed)\\.ts)" },
    },
    {
      name: "node-only-where-it-prints",
      comment: "the library loads in a browser: node: modules belong to cli/ and *.node.ts",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(cli|experiments|queue)/|\\.node\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "core-alone-knows-wasm",
      comment: "only src/core/ loads the WebAssembly module",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/core/" },
      to: { path: "^src/core/[^/]+\\.generated\\.ts$" },
    },
    {
      name: "packages-stay-in-their-place",
      comment:
        "the library itself depends on nothing; plots belong to report/ and experiments/, the queue to queue/, terminal packages to cli/, physics to LunarLander, zip archives to import/, gzip to offline/, HDF5 to minari/, the hash to an export's description",
      severity: "error",
      from: {
        path: "^src/",
        pathNot:
          "^src/((cli|experiments|queue|report)/|(env/lunar-lander/lunar-lander|import/zip|offline/gzip|minari/(hdf5|again.node)|export/description)\\.ts$)",
      },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer"] },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-orphans",
      comment: "a file that nobody imports is dead",
      severity: "error",
      from: { orphan: true },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
