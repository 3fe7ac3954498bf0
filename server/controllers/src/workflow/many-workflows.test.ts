import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { action, documentOf } from "@neverland/workflow-rules/testing/examples.ts";
import { ControllerBench, waitUntil } from "../testing/controller-bench.ts";

/** Objects that the store handed out for one workflow, on its way from nothing to waiting for its worker. */
async function handedOut(count: number, agentOf: (name: string) => string): Promise<number> {
  const bench = new ControllerBench({
    counted: true,
    render: ({ workflow }) => ({ document: documentOf([agentOf(workflow.metadata.name), action("write")]) }),
  });
  await bench.createTemplate();
  await bench.start();
  const machine = (at: number) => ({ namespace: "default", name: `machine-${at}` });
  const all = Array.from({ length: count }, (_, at) => at);
  await Promise.all(all.map((at) => bench.hardware.create({ metadata: machine(at), spec: { interfaces: [{}] } })));
  const bootOptions = { toggleAllowNetboot: true };
  await Promise.all(
    all.map((at) => bench.createWorkflow({ hardwareRef: `machine-${at}`, bootOptions }, `install-${at}`)),
  );
  const fields = [{ key: "status.state", operator: "in", values: ["PENDING"] }] as const;
  await waitUntil(async () => (await bench.store.list(kinds.Workflow, { fields, limit: 1 })).items.length > 0);
  await waitUntil(async () => (await bench.store.list(kinds.Workflow, { fields })).items.length === count);
  await waitUntil(() => bench.queued === 0);
  await bench.stop();
  return bench.handedOut / count;
}

const whose = {
  "each of another worker": (name: string) => `agent of ${name}`,
  "all of one worker": () => "the only agent",
};

for (const [name, agentOf] of Object.entries(whose))
  test(`what a workflow costs the store does not grow with how many there are, ${name}`, {
    timeout: 60_000,
  }, async () => {
    const [few, many] = [await handedOut(50, agentOf), await handedOut(400, agentOf)];
    assert.ok(many < few * 1.5, `${many} objects for each of 400, ${few} for each of 50`);
  });
