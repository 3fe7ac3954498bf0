// tink wait over a hall: what it asks a server for.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { type CliRun, startCli } from "../testing/cli-bench.ts";

const machines = 10_000;
const object = (name: string, agentID?: string) => ({
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Hardware",
  metadata: { name, namespace: "default", resourceVersion: "7", labels: { rack: "a" } },
  spec: { agentID },
});
const names = Array.from({ length: machines }, (_, at) => `node-${at}`);

/** A server of many Hardware whose watch has these events. @returns What tink says, and what it asked. */
async function waitAt(
  t: TestContext,
  events: readonly object[],
  ...words: readonly string[]
): Promise<CliRun & { asked: string[] }> {
  const asked: string[] = [];
  const list = JSON.stringify({ metadata: { resourceVersion: "7" }, items: names.map((name) => object(name)) });
  const answer = (url: URL, response: ServerResponse): void => {
    const isWatch = url.searchParams.has("watch");
    asked.push(`${isWatch ? "watch" : "list"} ${url.searchParams.get("fieldSelector") ?? "all"}`);
    if (!isWatch) return void response.end(list);
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
  };
  const server = createServer((request, response) => answer(new URL(request.url ?? "", "http://a"), response));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const env = { TINK_SERVER: `http://127.0.0.1:${address.port}`, TINK_TOKEN: "secret" };
  return { ...(await startCli(["wait", ...words], env).ended), asked };
}

test(`${machines} objects are waited for by one list and one watch, beside the list that selects them`, async (t) => {
  const events = names.map((name) => ({ type: "MODIFIED", object: object(name, "b") }));
  const wait = ["hw", "--all", "--for=jsonpath={.spec.agentID}=b", "--timeout=60s"];
  const { code, stdout, stderr, asked } = await waitAt(t, events, ...wait);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout, names.map((name) => `hardware.tinkerbell.org/${name} condition met\n`).join(""));
  assert.deepEqual(asked, ["list all", "list all", "watch all"]);
});

test("one object of many is watched by its name", async (t) => {
  const events = [{ type: "MODIFIED", object: object("node-1", "b") }];
  const { code, asked } = await waitAt(t, events, "hw/node-1", "--for=jsonpath={.spec.agentID}=b", "--timeout=60s");
  assert.deepEqual([code, asked], [0, ["list metadata.name=node-1", "watch metadata.name=node-1"]]);
});

test("what goes while something else is awaited of it is told as missing, and the others are waited for", async (t) => {
  const gone = { type: "DELETED", object: object("node-0") };
  const rest = names.slice(1).map((name) => ({ type: "MODIFIED", object: object(name, "b") }));
  const wait = ["hw", "-l", "rack=a", "--for=jsonpath={.spec.agentID}=b", "--timeout=60s"];
  const { code, stdout, stderr } = await waitAt(t, [gone, ...rest], ...wait);
  assert.deepEqual([code, stderr], [3, 'tink: There is no hardware "node-0" in namespace default.\n']);
  assert.equal(stdout.split("\n").length - 1, machines - 1);
});

test("a timeout names each object that is not so, and 0 looks once", async (t) => {
  const one = await waitAt(t, [], "hw", "node-1", "node-2", "--for=delete", "--timeout=0");
  assert.deepEqual([one.code, one.asked], [4, ["list metadata.name=node-1", "list metadata.name=node-2"]]);
  assert.match(one.stderr, /node-1 is not so after 0 s.*\n.*node-2 is not so after 0 s/);
  const met = [{ type: "DELETED", object: object("node-1") }];
  const late = await waitAt(t, met, "hw", "node-1", "node-2", "--for=delete", "--timeout=1s");
  assert.deepEqual([late.code, late.stdout], [4, "hardware.tinkerbell.org/node-1 condition met\n"]);
  assert.match(late.stderr, /node-2 is not so after 1 s: --for delete; nobody has deleted it$/m);
});

test("what is waited for in vain is told with how it is now, and a condition or a path that is nowhere as that", async (t) => {
  const conditions = [{ type: "Ready", status: "False", reason: "ActionRunning", message: "runs stream" }];
  const now = { ...object("node-1"), status: { state: "RUNNING", conditions } };
  const said = async (what: string) => {
    const { code, stderr } = await waitAt(
      t,
      [{ type: "MODIFIED", object: now }],
      "hw/node-1",
      `--for=${what}`,
      "--timeout=1s",
    );
    assert.equal(code, 4);
    return stderr.trim().split("; ").slice(1).join("; ");
  };
  const state = "its state is RUNNING (ActionRunning: runs stream)";
  assert.equal(await said("condition=Ready"), `Ready is False (ActionRunning: runs stream); ${state}`);
  assert.equal(await said("condition=Raedy"), `it has no condition Raedy; it has Ready; ${state}`);
  assert.equal(await said("jsonpath={.status.state}=SUCCESS"), `{.status.state} is RUNNING; ${state}`);
  assert.equal(await said("jsonpath={.status.sate}=SUCCESS"), `{.status.sate} is nowhere in it; ${state}`);
});
