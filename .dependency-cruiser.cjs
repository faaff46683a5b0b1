/**
 * Who may know whom, and no circles: what `npm run lint` checks with dependency-cruiser.
 * An import of a type counts as any other (`tsPreCompilationDeps`).
 */

const EDITOR = ["^src/editor/.+[.]ts$", "^nodes/[^/]+/editor[^/]*[.]ts$"];
/** The names of keys, buttons, methods ...: imports nothing, and so the browser may have it too. */
const VOCABULARY = "^src/client/vocabulary/";
/** What reads a macro: nothing that it imports needs Node, which the build of the dialogs would not find. */
const MACRO = "^src/client/hid/macro[.]ts$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circles",
      comment: "Files that need each other are one file, or the third that both need is missing.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "client-stands-alone",
      comment: "The client is usable without Node-RED and without this package's other parts.",
      severity: "error",
      from: { path: "^src/client/" },
      to: { path: "^(src|nodes|test)/", pathNot: "^src/client/" },
    },
    {
      name: "simulator-shares-nothing",
      comment:
        "The simulator knows what a PiKVM does from elsewhere than the client: one mistake must not hide in both.",
      severity: "error",
      from: { path: "^src/simulator/" },
      to: { path: "^(src|nodes|test)/", pathNot: "^src/simulator/" },
    },
    {
      name: "nodes-have-no-network",
      comment: "Nodes reach the device through the runtime and its client.",
      severity: "error",
      from: { path: "^nodes/" },
      to: { path: "(^|/)(undici|ws)(/|$)" },
    },
    {
      name: "editor-runs-in-a-browser",
      comment: "The editor's half has no Node.",
      severity: "error",
      from: { path: EDITOR },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "editor-knows-no-other-half",
      comment: "The halves of a node meet in its schema, in the client's vocabulary and in its reader of macros.",
      severity: "error",
      from: { path: EDITOR },
      to: { path: "^src/(actions|runtime|client|simulator|demo)/", pathNot: [VOCABULARY, MACRO] },
    },
    {
      name: "schemas-are-for-both-halves",
      comment: "What both halves know runs in a browser and in Node alike.",
      severity: "error",
      from: { path: ["^src/schema/", "^nodes/deeds[.]ts$", "^nodes/[^/]+/schema[.]ts$"] },
      to: { pathNot: ["^src/schema/", "^nodes/deeds[.]ts$", "^nodes/[^/]+/schema[.]ts$", VOCABULARY] },
    },
    {
      name: "actions-need-no-node-red",
      comment: "Others than the engine of the nodes call actions too.",
      severity: "error",
      from: { path: ["^src/actions/", "^nodes/actions[.]ts$", "^nodes/[^/]+/action[.]ts$"] },
      to: { path: "^src/(runtime|editor)/" },
    },
    {
      name: "bridge-needs-no-node-red",
      comment: "What is on a broker, and what a command does, is the same whoever carries it.",
      severity: "error",
      from: { path: "^src/bridge/" },
      to: { path: "^(src|nodes)/", pathNot: "^src/(bridge|client|actions|schema)/" },
    },
    {
      name: "runtime-knows-no-editor-nor-simulator",
      comment: "What runs in Node-RED needs neither its editor's half nor a simulated device.",
      severity: "error",
      from: { path: "^src/(runtime|actions)/" },
      to: { path: "^src/(editor|simulator|demo|build)/" },
    },
    {
      name: "product-needs-no-test",
      comment: "What is published runs without the tests.",
      severity: "error",
      from: { path: "^(src|nodes)/" },
      to: { path: "^test/" },
    },
    {
      name: "resolved",
      comment: "An import that leads nowhere would escape the other rules.",
      severity: "error",
      from: { path: "[.]ts$" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "require", "default"] },
  },
};
