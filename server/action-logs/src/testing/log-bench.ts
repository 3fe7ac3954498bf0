// A Tink Server with the logs of its actions, in a folder of its own, and a worker that has something to print.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createClient } from "@connectrpc/connect";
import type { MachineEventInput } from "@neverland/api";
import { ActionLogService, Stream } from "@neverland/api/action-log";
import type { ActionResponse } from "@neverland/api/workflow";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { TinkBench } from "@neverland/tink-server/testing/tink-bench.ts";
import { installer } from "@neverland/workflow-rules/testing/examples.ts";
import type { ActionLogQuery } from "../action-log-reader.ts";
import type { ActionLogLimits } from "../action-log-store.ts";
import { ActionLogs } from "../action-logs.ts";

/** A folder that goes with the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "action-logs-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export async function startLogBench(t: TestContext, limits: Partial<ActionLogLimits> = {}) {
  const dataDir = await temporaryFolder(t);
  const store = openMemoryStore();
  const errors: string[] = [];
  const onError = ({ doing, error }: { doing: string; error: unknown }) => void errors.push(`${doing}: ${error}`);
  const events: MachineEventInput[] = [];
  const told = Promise.withResolvers<void>();
  const record = (event: MachineEventInput): void => {
    events.push(event);
    told.resolve();
  };
  const refused: { message: string | undefined } = { message: undefined };
  const gate = { refusal: () => refused.message };
  const logs = new ActionLogs({ store, clock: systemClock, dataDir, gate, limits, record, onError });
  const bench = new TinkBench({ store, waitMs: 100, methods: logs.methods });
  const stop = async () => {
    await bench.stop();
    await logs.stop(AbortSignal.timeout(2000));
  };
  t.after(stop);
  await logs.start(AbortSignal.timeout(5000));
  await bench.start();
  await bench.createWorkflow();
  const client = createClient(ActionLogService, bench.transport());
  const key = { namespace: "default", name: "install" };
  return {
    ...{ bench, client, key, errors, events, told: told.promise, refused, stop, dir: join(dataDir, "action-logs") },
    read: async (query: Partial<ActionLogQuery>) =>
      await Array.fromAsync(logs.reader.read(key, { signal: AbortSignal.timeout(10_000), ...query })),
    send: async (action: ActionResponse, from: number, to: number, agentId = installer) =>
      await client.appendLogs(messages(action, from, to, agentId)),
  };
}

/** One message for each line. */
async function* messages(action: ActionResponse, from: number, to: number, agentId: string) {
  const { workflowId, taskId, actionId } = action;
  for (let n = from; n <= to; n++) {
    const lines = [{ text: `${action.name} ${n}`, sequence: BigInt(n), stream: Stream.STDERR }];
    yield { workflowId, taskId, actionId, agentId, lines };
  }
}
