// What a command loads: who asks for the version, for help or for a completion does not wait for what other commands need.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = pathToFileURL(`${join(import.meta.dirname, "../..")}/`).href;

/** Says every module that was loaded, once the program is done. */
const hook = `import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
process.on("exit", () => process.stderr.write(JSON.stringify(loaded)));`;

/** @returns The packages of which a module was loaded: `tink-cli`, `api`, `zod`. */
async function packagesOf(...args: readonly string[]): Promise<string[]> {
  const main = join(import.meta.dirname, "main.ts");
  const node = [...process.execArgv, "--import", `data:text/javascript,${encodeURIComponent(hook)}`, main, ...args];
  const { stderr } = await promisify(execFile)(process.execPath, node);
  const loaded = JSON.parse(stderr) as string[]; // written by the hook
  const own = loaded.filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
  const names = own.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split("/")[0] ?? "");
  return [...new Set(names)].sort();
}

for (const args of [
  ["version"],
  ["--version"],
  ["--help"],
  ["help", "version"],
  ["completion", "bash"],
  ["complete", "--", "ver"],
  ["complete", "--", "version", "--"],
])
  test(`tink ${args.join(" ")} loads nothing but the command line's own modules`, async () => {
    assert.deepEqual(await packagesOf(...args), ["commander", "tink-cli"]);
  });

test("a command brings what it needs", async () => {
  assert.ok((await packagesOf("get", "--help")).includes("zod"));
});

test("tink get --help does without the server and the builders", async () => {
  const loaded = await packagesOf("get", "--help");
  for (const heavy of ["templates", "oci", "hook", "lab", "server"]) assert.ok(!loaded.includes(heavy), loaded.join());
});
