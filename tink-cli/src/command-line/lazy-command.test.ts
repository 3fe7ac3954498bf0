// What a command loads: nobody waits for what other commands need.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const root = pathToFileURL(`${join(import.meta.dirname, "../../..")}/`).href;

/** Says every module that was loaded, once the program is done. */
const hook = `import { registerHooks } from "node:module";
const loaded = [];
registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
process.on("exit", () => process.stderr.write(JSON.stringify(loaded)));`;

/** @returns The packages of which a module was loaded: `tink-cli`, `api`, `zod`. */
async function packagesOf(...args: readonly string[]): Promise<string[]> {
  return await packagesOfRun(args, process.env);
}

async function packagesOfRun(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  const main = join(import.meta.dirname, "../main.ts");
  const node = [...process.execArgv, "--import", `data:text/javascript,${encodeURIComponent(hook)}`, main, ...args];
  const { stderr } = await promisify(execFile)(process.execPath, node, { env });
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
  assert.ok((await packagesOf("explain-field", "hw")).includes("zod"));
});

for (const args of [
  ["get", "hw"],
  ["get", "hw,wf", "-A", "-L", "rack", "--sort-by", ".metadata.name"],
  ["get", "hw", "-o", "json"],
  ["get", "hw/node-1", "-o", "yaml"],
  ["wait", "hw/node-1", "--for", "create"],
  ["label", "hw/node-1", "rack=a"],
])
  test(`tink ${args.join(" ")} loads the client and the reader of kubeconfigs, and no schema`, async (t) => {
    const kubeconfig = await kubeconfigOf(t, await answering(t));
    const loaded = await packagesOfRun(args, { ...process.env, KUBECONFIG: kubeconfig });
    assert.deepEqual(loaded, ["api", "commander", "tink-cli", "yaml"]);
  });

/** A server that has one Hardware, whatever it is asked for. @returns Its address. */
async function answering(t: TestContext): Promise<string> {
  const metadata = { name: "node-1", namespace: "default", resourceVersion: "1" };
  const object = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware", metadata };
  const all = {
    ...object,
    items: [object],
    columnDefinitions: [{ name: "Name" }],
    rows: [{ cells: ["node-1"], object }],
  };
  const server = createServer((_request, response) => void response.end(JSON.stringify(all))).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

async function kubeconfigOf(t: TestContext, server: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "tink-loads-"));
  t.after(() => rm(dir, { recursive: true }));
  const file = join(dir, "kubeconfig");
  const lines = [
    "current-context: neverland",
    `clusters: [{ name: neverland, cluster: { server: "${server}" } }]`,
    "users: [{ name: me, user: { token: secret } }]",
    "contexts: [{ name: neverland, context: { cluster: neverland, user: me } }]",
  ];
  await writeFile(file, lines.join("\n"));
  return file;
}
