// The rules on who may import whom, against imports that are not to pass: each is laid into an empty copy of the packages.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { staticSteps } from "../gate.ts";

const root = join(import.meta.dirname, "../../..");
const port = "server/store/src/resource-store.ts";
const tinkServer = "server/tink-server/src/find-work.ts";

/** One file that imports one other. `rules` are those that refuse it. */
const cases = [
  { from: "server/controllers/src/of-a-package-below.ts", to: port, rules: [] },
  { from: "server/workflow-rules/src/of-a-package-named.ts", to: "templates/src/index.ts", rules: [] },
  {
    from: "server/controllers/src/of-a-package-of-others.ts",
    to: "templates/src/index.ts",
    rules: ["server/controllers-imports-only-what-it-may"],
  },
  { from: "server/tink-up/src/of-a-store.ts", to: "server/store/src/sqlite-store.ts", rules: [] },
  { from: "server/store/src/anything.test.ts", to: tinkServer, rules: [] },
  { from: "bench/src/of-a-test.ts", to: "server/store/src/testing/wait-for.ts", rules: [] },
  { from: "server/store/src/of-one-above.ts", to: tinkServer, rules: ["server/store-imports-only-what-it-may"] },
  {
    from: "server/store/src/of-a-digit.ts",
    to: "server/s3-store/src/bucket.ts",
    rules: ["server/store-imports-only-what-it-may"],
  },
  {
    from: "server/store/src/of-a-level-deeper.ts",
    to: "server/stores/pg/src/pool.ts",
    rules: ["server/store-imports-only-what-it-may"],
  },
  {
    from: "server/stores/pg/src/from-a-level-deeper.ts",
    to: tinkServer,
    rules: ["code-is-in-a-package"],
  },
  { from: "web/src/of-a-folder-without-a-manifest.ts", to: "api/src/index.ts", rules: ["code-is-in-a-package"] },
  { from: "of-no-folder.ts", to: "api/src/index.ts", rules: ["code-is-in-a-package"] },
  {
    from: "server/store/src/of-a-folder-beside.ts",
    to: "server/store/lib/columns.ts",
    rules: ["server/store-imports-only-what-it-may"],
  },
  {
    from: "server/store/lib/from-beside.ts",
    to: tinkServer,
    rules: ["code-is-in-a-package", "server/store-imports-only-what-it-may"],
  },
  {
    from: "server/store/src/of-its-own-tests.ts",
    to: "server/store/src/testing/wait-for.ts",
    rules: ["tests-are-for-tests"],
  },
  {
    from: "server/store/src/gen/of-one-above.ts",
    to: tinkServer,
    rules: ["server/store-imports-only-what-it-may"],
  },
  {
    from: "server/tink-server/src/of-a-store.ts",
    to: "server/store/src/sqlite-store.ts",
    rules: ["the-port-not-the-store"],
  },
] as const;

test("an import that goes the wrong way is refused, however it is spelt and wherever it lies", async (t) => {
  const copy = await mkdtemp(join(tmpdir(), "neverland-imports-"));
  t.after(async () => await rm(copy, { recursive: true }));
  const manifests = globSync("{*,server/*}/package.json", { cwd: root, exclude: ["node_modules", "toolchain/**"] });
  // A package whose name has a digit, as one that is new would be.
  for (const path of [...manifests, "server/s3-store/package.json"]) await lay(copy, path, "{}");
  for (const path of [".dependency-cruiser.cjs", "tsconfig.json"]) await copyFile(join(root, path), join(copy, path));
  for (const path of new Set(cases.map(({ to }) => to))) await lay(copy, path, "export const it = 1;\n");
  for (const { from, to } of cases) {
    await lay(copy, from, `import { it } from "./${relative(dirname(from), to)}";\nconsole.log(it);\n`);
  }

  const refused = await refusals(copy);

  for (const { from, to, rules } of cases) {
    const said = refused.filter((refusal) => refusal.from === from && refusal.to === to).map(({ rule }) => rule.name);
    assert.deepEqual(said.sort(), [...rules], `${from} imports ${to}`);
  }
});

/** Each reaches a module by a way that the rules cannot follow. */
const hidden = [
  "await import(where);",
  `await import(\`../\${where}\`);`,
  'await import("../" + where);',
  "await import(/* what is it? */ where);",
  'await import(where, { with: { type: "json" } });',
  'import { createRequire } from "node:module";\ncreateRequire(where);',
  'import { createRequire as other } from "node:module";\nother(where);',
  'import all from "node:module";\nall.createRequire(where);',
  'const { createRequire: other } = await import("node:module");\nother(where);',
  'export { createRequire } from "node:module";',
  'process.getBuiltinModule("node:module");',
  'process["getBuiltinModule"]("node:module");',
  "const { getBuiltinModule } = process;\ngetBuiltinModule(where);",
  'import { getBuiltinModule as other } from "node:process";\nother(where);',
  "require(where);",
  "module.require(where);",
  'import.meta.resolve("@neverland/store/sqlite-store.ts");',
  "const { resolve } = import.meta;\nresolve(where);",
  'import.meta["resolve"](where);',
  'new Worker(new URL("../../other-package/src/x.ts", import.meta.url));',
  'new URL("../other-package/src/", import.meta.url);',
  'new URL("../../../api/gen/proto/workflow_pb.js", import.meta.url);',
  'new URL("./down/../../../other-package/src/x.ts", import.meta.url);',
  'new URL("../../other-package/", import.meta.url);',
  'new URL("../..", import.meta.url);',
  'new URL("%2e%2e/%2e%2e/other-package/%73rc/x.ts", import.meta.url);',
  'new URL("/srv/other-package/src/x.ts", import.meta.url);',
  "new URL(where, import.meta.url);",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a program.
  "new URL(`../${where}`, import.meta.url);",
];
const written = [
  'await import("../is-written.ts");',
  'import { registerHooks } from "node:module";\nregisterHooks({});',
  'export type It = typeof import("../is-written.ts");',
  'require("node:fs");',
  'new URL("./of-the-same-folder.ts", import.meta.url);',
  'new URL("below/it.ts", import.meta.url);',
  'new URL("../engine/it.ts", import.meta.url);',
  'new URL("../../../protocols/fixtures/dhcp/", import.meta.url);',
  'new URL(where, "http://127.0.0.1");',
];

test("an import that the rules cannot read is refused, and one that is written out is not", async (t) => {
  const copy = await mkdtemp(join(tmpdir(), "neverland-imports-"));
  t.after(async () => await rm(copy, { recursive: true }));
  const plugin = "tools/no-hidden-imports.grit";
  await lay(copy, "biome.json", JSON.stringify({ plugins: [plugin], linter: { rules: { preset: "none" } } }));
  await mkdir(join(copy, "tools"));
  await copyFile(join(root, plugin), join(copy, plugin));
  const texts = [...hidden, ...written];
  for (const [n, text] of texts.entries()) await lay(copy, `${n}.ts`, `declare const where: string;\n${text}\n`);
  const argv = ["lint", "--reporter=json", "--max-diagnostics=none", "."];
  const { stdout } = await promisify(execFile)(join(root, "node_modules/.bin/biome"), argv, { cwd: copy }).catch(
    (error: { stdout: string }) => error, // It finds something, and so ends with 1.
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string } }[] };
  assert.deepEqual(new Set(diagnostics.map(({ category }) => category)), new Set(["plugin"]));
  const refused = new Set(diagnostics.map(({ location }) => location.path));
  assert.deepEqual(
    texts.filter((_, n) => refused.has(`${n}.ts`)),
    hidden,
  );
});

type Refusal = { readonly from: string; readonly to: string; readonly rule: { readonly name: string } };

async function refusals(folder: string): Promise<readonly Refusal[]> {
  const [program = "", ...argv] = staticSteps.find(({ name }) => name === "import boundaries")?.argv ?? [];
  const { stdout } = await promisify(execFile)(join(root, program), ["--output-type", "json", ...argv], {
    ...{ cwd: folder, timeout: 60_000, maxBuffer: 2 ** 26 },
  }); // The JSON reporter exits with 0 whatever it found.
  return (JSON.parse(stdout) as { summary: { violations: Refusal[] } }).summary.violations; // Its documented form.
}

async function lay(folder: string, path: string, text: string): Promise<void> {
  await mkdir(join(folder, dirname(path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
