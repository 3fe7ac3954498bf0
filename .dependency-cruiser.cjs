// Imports go one way. ARCHITECTURE.md has the picture; this file is what holds it.
const { globSync } = require("node:fs");
const { dirname } = require("node:path");

/** What each package may import of ours. One that is not named here may import nothing of ours. */
const base = ["api", "yaml", "server/platform"];
const below = [
  ...base,
  "server/store",
  "server/resources",
  "server/workflow-rules",
  "server/timeline",
  "server/machines",
];
const component = [...below, "server/component-kit"];
const packages = globSync("{*,server/*}/package.json", { exclude: ["node_modules", "toolchain/**"] }).map((path) =>
  dirname(path),
);
const everything = packages;
const mayImport = {
  templates: ["yaml"],
  api: ["yaml"],
  hook: ["oci", "actions", "debian"],
  actions: ["oci", "debian"],
  lab: ["api", "debian"],
  "paper-rack": ["api", "protocols", "server/platform", "server/packet-thread"],
  "tink-worker": ["api", "oci"],
  "tink-cli": everything,
  bench: everything,
  conformance: everything,
  e2e: everything,
  tools: everything,
  "server/platform": ["api"],
  "server/store": base,
  "server/workflow-rules": [...base, "templates"],
  "server/controller-kit": [...base, "server/store"],
  "server/resources": [...base, "server/store"],
  "server/timeline": [...base, "server/store"],
  "server/machines": [...base, "protocols", "server/store", "server/timeline"],
  "server/component-kit": below,
  // Components never import each other: Boots, Hegel, Tink Server and the rest meet in tink-up alone.
  "server/packet-thread": ["protocols", "server/platform"],
  "server/boots-netboot": [...component, "protocols", "server/packet-thread"],
  "server/hegel-metadata": component,
  "server/tink-server": component,
  "server/action-logs": component,
  "server/machine-views": component,
  "server/oci-registry": [...component, "oci"],
  "server/resource-api": component,
  "server/controllers": [...component, "server/controller-kit"],
  "server/tink-up": everything,
};

const inside = (name) => `^${name}/src/`;
const tests = "(\\.test\\.ts$|/testing/)";
const thirdParty = "(^|/)node_modules/";

/** What of server/store all may know. */
const portOfTheStore = [
  "deletion-finalizers",
  "follow",
  "list-in-pages",
  "polled-watch",
  "resource-json",
  "resource-lifecycle",
  "resource-store",
  "routed-store",
  "selector",
  "stored-fault",
  "typed-resources",
];

/** Pure: bytes and text in, values out. */
const pure = ["protocols", "yaml", "templates"];

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "nothing-unresolved", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^node:" } },
    {
      name: "pure-packages-do-no-io",
      comment: "No node: module. What is there without an import, such as a clock, biome.json refuses.",
      severity: "error",
      from: { path: `^(${pure.join("|")})/src/`, pathNot: tests },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "one-reader-of-yaml",
      comment: "What a stranger wrote can cost hours in the package yaml; @neverland/yaml looks first.",
      severity: "error",
      from: { pathNot: "(^yaml/src/|\\.test\\.ts$)" },
      to: { path: "node_modules/yaml/" },
    },
    {
      name: "code-is-in-a-package",
      comment: "Elsewhere no other rule knows it, and tsc does not look at it.",
      severity: "error",
      from: { pathNot: [thirdParty, ...packages.map(inside)] },
      to: {},
    },
    {
      name: "tests-are-for-tests",
      comment:
        "What tests may import is not asked, so nothing else may import it of them. bench/, conformance/ and e2e/ are tests themselves.",
      severity: "error",
      from: { pathNot: [tests, "^(bench|conformance|e2e)/"] },
      to: { path: tests, pathNot: thirdParty },
    },
    {
      name: "the-port-not-the-store",
      comment: "Which store it is, is tink-up's to say.",
      severity: "error",
      from: { pathNot: [tests, "^(bench|server/store|server/tink-up)/"] },
      to: { path: inside("server/store"), pathNot: `${inside("server/store")}(${portOfTheStore.join("|")})\\.ts$` },
    },
    ...packages.map((name) => ({
      name: `${name}-imports-only-what-it-may`,
      comment: "Of ours is all that is not a third party's: no path is ours by how it is spelt.",
      severity: "error",
      from: { path: `^${name}/`, pathNot: tests },
      to: {
        pathNot: [thirdParty, `^${name}/package\\.json$`, ...[name, ...(mayImport[name] ?? [])].map(inside)],
        dependencyTypesNot: ["core"],
      },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Generated, and compared with what generates it; this file; and what is made here. No other folder is left out for its name.
    exclude: { path: "^(api/gen/|\\.dependency-cruiser\\.cjs$|\\.cache/|var/)" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
