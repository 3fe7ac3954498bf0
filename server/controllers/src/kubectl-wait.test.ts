// kubectl waits for a workflow by the condition that it waits for of everything else.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeKubeconfig } from "@neverland/resource-api/access-files.ts";
import { startApiServer } from "@neverland/resource-api/testing/api-server.ts";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import { ControllerBench } from "./testing/controller-bench.ts";

async function setUp(t: TestContext) {
  const kubectl = await debianKubectl();
  const folder = await mkdtemp(join(tmpdir(), "kubectl-wait-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const bench = new ControllerBench();
  const api = await startApiServer({ store: bench.store, isSecure: true });
  t.after(() => api.close());
  t.after(() => bench.stop());
  await bench.start();
  await writeKubeconfig(folder, { server: api.url, token: api.token, authority: api.authority });
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, "kubeconfig") };
  /** Begins `kubectl wait`. */
  const wait = (condition: string) => {
    const child = spawn(kubectl, ["wait", `--for=condition=${condition}`, "wf/install", "--timeout=60s", "-v=6"], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, log, hasEnded] = ["", "", false];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    const ended = new Promise<{ code: number | null; out: string }>((resolve) =>
      child.once("close", (code) => {
        hasEnded = true;
        resolve({ code, out });
      }),
    );
    const listening = new Promise<void>((resolve) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        if (log.includes("watch=true")) resolve();
      });
    });
    return { ended, listening, hasEnded: () => hasEnded };
  };
  return { bench, wait };
}

test("wait --for=condition=Ready goes on while a workflow waits and runs, and ends when it has succeeded", async (t) => {
  const { bench, wait } = await setUp(t);
  await bench.createTemplate();
  await bench.createWorkflow();
  let workflow = await bench.reachState("PENDING");
  const waiting = wait("Ready");
  await waiting.listening;
  await bench.report(workflow, 0, "RUNNING");
  await bench.report(workflow, 0, "SUCCESS");
  await bench.report(workflow, 1, "RUNNING");
  workflow = await bench.reachState("RUNNING");
  assert.equal(waiting.hasEnded(), false);
  await bench.report(workflow, 1, "SUCCESS");
  assert.deepEqual(await waiting.ended, { code: 0, out: "workflow.tinkerbell.org/install condition met\n" });
  await bench.reachState("SUCCESS");
});

test("wait --for=condition=Stalled ends when a workflow has failed", async (t) => {
  const { bench, wait } = await setUp(t);
  await bench.createTemplate();
  await bench.createWorkflow();
  const workflow = await bench.reachState("PENDING");
  const waiting = wait("Stalled");
  await waiting.listening;
  await bench.report(workflow, 0, "RUNNING");
  await bench.report(workflow, 0, "FAILED");
  assert.deepEqual(await waiting.ended, { code: 0, out: "workflow.tinkerbell.org/install condition met\n" });
});
