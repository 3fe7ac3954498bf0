// Machine views as kubectl reads them: lists, columns, selectors, a watch, and one in full.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { apiVersionOf, type KindInfo, kinds } from "@neverland/api";
import { writeKubeconfig } from "@neverland/resource-api/access-files.ts";
import { type ApiServer, startApiServer } from "@neverland/resource-api/testing/api-server.ts";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { pending, ViewBench } from "./testing/view-bench.ts";

const mac = "52:54:00:00:00:01";

describe("kubectl", { timeout: 120_000 }, () => {
  let bench: ViewBench;
  let api: ApiServer;
  let folder: string;
  let kubectl: string;
  before(async () => {
    kubectl = await debianKubectl();
    folder = await mkdtemp(join(tmpdir(), "kubectl-views-"));
    bench = await new ViewBench().start();
    const store = routedStore(bench.store, new Map<KindInfo, ResourceStore>([[kinds.MachineView, bench.views]]));
    api = await startApiServer({ store, clock: bench.clock, machineViews: bench.shown, isSecure: true });
    await writeKubeconfig(folder, { server: api.url, token: api.token, authority: api.authority });
    await bench.hardware("m1", mac, {}, { labels: { rack: "a" } });
    await bench.workflow("w", "m1", pending(mac));
    await bench.hardware("m2", "52:54:00:00:00:99", { interfaces: [{ dhcp: { mac: "52:54:00:00:00:99" } }] });
    bench.heard("02:00:00:00:00:07", "DhcpIgnored", { reason: "UnknownMachine", message: "nobody's" });
    await bench.store.create(kinds.MachineEvent, {
      ...{ apiVersion: apiVersionOf(kinds.MachineEvent), kind: "MachineEvent" },
      metadata: { namespace: "default", name: "e1" },
      spec: {
        hardware: "m1",
        mac,
        type: "DhcpOffer",
        source: "boots/dhcp",
        message: "offered 10.0.0.5",
        time: "2026-05-01T12:00:00Z",
      },
    });
    await bench.settle();
  });
  after(async () => {
    await api?.close();
    await bench?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = () => ({ PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, "kubeconfig") });
  const run = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(kubectl, args, { env: environment() })).stdout;
  const rows = (text: string): string[][] =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().split(/ {2,}/));

  test("lists known and unknown machines with what people ask a list for", async () => {
    const [head, ...machines] = rows(await run("get", "mv"));
    assert.deepEqual(head, [
      "NAME",
      "MAC",
      "ADDRESS",
      "POWER",
      "STATE",
      "WORKFLOW",
      "ACTION",
      "LAST SEEN",
      "REASON",
      "AGE",
    ]);
    assert.deepEqual(
      machines.map(([name, , ...cells]) => [name, ...cells.filter((cell) => /^[a-zA-Z]/.test(cell))]),
      [
        ["02-00-00-00-00-07", "unknown", "UnknownMachine"],
        ["m1", "waiting", "w", "NotSeen"],
        ["m2", "idle", "NoWorkflow"],
      ],
    );
    assert.match(machines[1]?.join(" ") ?? "", /1 of 2 one/);
  });

  test("selects by state, health, workflow and label", async () => {
    const named = async (...args: string[]) =>
      (await run("get", "machineviews", "-o", "name", ...args)).trim().split("\n");
    const view = (name: string) => `machineview.metal.neverland.dev/${name}`;
    assert.deepEqual(await named("--field-selector", "state=waiting,health=ok"), [view("m1")]);
    assert.deepEqual(await named("--field-selector", "workflow=w"), [view("m1")]);
    assert.deepEqual(await named("--field-selector", "health!=ok"), [view("02-00-00-00-00-07")]);
    assert.deepEqual(await named("-l", "rack=a"), [view("m1")]);
  });

  test("shows one in full, and the events of its machine with it", async () => {
    const { state, reason, action, macs } = JSON.parse(await run("get", "mv", "m1", "-o", "json"));
    assert.deepEqual([state, reason, action, macs], ["waiting", "NotSeen", { name: "one", number: 1, of: 2 }, [mac]]);
    assert.match(await run("get", "mv", "m1", "-o", "yaml"), /^state: waiting$/m);
    const described = await run("describe", "mv", "m1");
    assert.match(described, /^Message: +workflow w waits for the machine/m);
    assert.match(described, /offered 10\.0\.0\.5/);
    assert.match(await run("explain", "mv.state"), /Where it stands/);
  });

  test("sees in a watch what changes, and no more", async () => {
    const child = spawn(kubectl, ["get", "mv", "-w", "--no-headers"], { env: environment() });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => (await lines.next()).value ?? "";
    for (let at = 0; at < 3; at += 1) await next();
    bench.heard(mac, "WorkerAsked", { hardware: "m1" });
    await bench.settle();
    assert.match(await next(), /^m1 .*in-hook .*Worker/);
    child.kill();
  });

  test("lists Hardware with what its view says", async () => {
    const [head, machine] = rows(await run("get", "hw"));
    assert.deepEqual(head, ["NAME", "MAC", "ADDRESS", "STATE", "WORKFLOW", "LAST SEEN", "REASON", "AGE"]);
    assert.deepEqual(machine?.slice(0, 5), ["m1", mac, "10.0.0.5", "in-hook", "w"]);
  });

  test("sees in a watch of Hardware what its view says anew, of the machines that were asked for", async (t) => {
    const child = spawn(kubectl, ["get", "hw", "-w", "--no-headers", "-l", "rack=a"], { env: environment() });
    t.after(() => child.kill());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => (await lines.next()).value ?? "";
    assert.match(await next(), /^m1 .*in-hook/);
    const interfaces = [{ dhcp: { mac: "52:54:00:00:00:98" } }];
    await bench.hardware("m3", "52:54:00:00:00:98", { interfaces }, { labels: { rack: "a" } });
    assert.match(await next(), /^m3 .*Known/);
    await bench.settle();
    assert.match(await next(), /^m3 .*idle .*NoWorkflow/);
    bench.heard("52:54:00:00:00:99", "DhcpOffer", { hardware: "m2" });
    await bench.settle();
    bench.heard("52:54:00:00:00:98", "DhcpOffer", { hardware: "m3" });
    await bench.settle();
    assert.match(await next(), /^m3 /);
  });

  test("writes none", async () => {
    for (const args of [
      ["delete", "mv", "m1"],
      ["label", "mv", "m1", "a=b"],
    ])
      await assert.rejects(run(...args), /MethodNotAllowed|not allowed|cannot be/i, args.join(" "));
  });
});
