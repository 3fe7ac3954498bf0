// Imports go one way. ARCHITECTURE.md has the picture; this file is what holds it.
const pure = ["protocols", "templates"];
const serverRims = "boots-netboot|hegel-metadata|tink-server|resource-api|oci-registry|controllers";
const only = (name, from, ...allowed) => ({
  name,
  severity: "error",
  from: { path: from, pathNot: "(\\.test\\.ts$|/testing/)" },
  to: { path: "^[a-z-]+/src/", pathNot: [from, ...allowed] },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "nothing-unresolved", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^node:" } },
    {
      name: "pure-packages-do-no-io",
      comment: "protocols and templates are bytes and text in, values out: no node: module, no clock.",
      severity: "error",
      from: { path: `^(${pure.join("|")})/src/`, pathNot: "(\\.test\\.ts$|/testing/)" },
      to: { dependencyTypes: ["core"] },
    },
    only("protocols-stand-alone", "^protocols/src/"),
    only("templates-stand-alone", "^templates/src/"),
    only("oci-stands-alone", "^oci/src/"),
    only("api-stands-alone", "^api/src/"),
    only("worker-carries-no-server", "^tink-worker/src/", "^api/src/", "^oci/src/"),
    only("actions-carry-no-server", "^actions/src/", "^oci/src/", "^debian/src/"),
    only("hook-builds-only", "^hook/src/", "^oci/src/", "^actions/src/", "^debian/src/"),
    only("lab-knows-machines-only", "^lab/src/", "^api/src/", "^debian/src/"),
    only(
      "platform-and-store-know-the-contract",
      "^server/src/(platform|store|workflow-rules|timeline)/",
      "^api/src/",
      "^templates/src/",
      "^server/src/(platform|store|workflow-rules|timeline)/",
    ),
    {
      name: "components-never-import-each-other",
      comment: "Boots, Hegel, Tink Server and the rest meet only in main.ts.",
      severity: "error",
      from: { path: `^server/src/(${serverRims})/`, pathNot: "(\\.test\\.ts$|/testing/)" },
      to: {
        path: `^server/src/(${serverRims}|main|store/.*-store)`,
        pathNot: ["^server/src/$1/", "^server/src/store/resource-store\\.ts$"],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/gen/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
