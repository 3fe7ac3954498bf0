// A real server process on a real SQLite file, killed at random moments while a worker works.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { type TestContext, test } from "node:test";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { ActionResponse } from "@neverland/api/workflow";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { installer } from "@neverland/workflow-rules/testing/examples.ts";
import { TestWorker, TinkBench } from "./testing/tink-bench.ts";

const actionCount = 40;
const kills = 5;

class KillableServer {
  readonly file: string;
  port = 0;
  #child: ChildProcess | undefined;

  constructor(file: string) {
    this.file = file;
  }

  async start(): Promise<void> {
    const script = join(import.meta.dirname, "testing", "killable-server.ts");
    const child = spawn(process.execPath, [script, this.file, String(actionCount)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    const lines = createInterface(child.stdout);
    const [line] = await once(lines, "line");
    lines.close();
    this.port = JSON.parse(line).port;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
}

/** Works until it has succeeded with every action; trouble with the server only makes it ask anew. */
async function work(
  server: KillableServer,
  served: string[],
  acknowledged: Set<string>,
  progress: () => void,
): Promise<void> {
  while (acknowledged.size < actionCount) {
    const worker = new TestWorker(createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }), installer);
    try {
      const action = await worker.ask(AbortSignal.timeout(5000));
      served.push(acknowledged.has(action.actionId) ? `again ${action.name}` : action.name);
      await worker.report(action, "RUNNING");
      await reportEnd(server, action);
      acknowledged.add(action.actionId);
      progress();
    } catch {
      // The server is being killed or started; asking at once would only take its processor time.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** As agents do: the end of an action is sent until it is taken. */
async function reportEnd(server: KillableServer, action: ActionResponse): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const worker = new TestWorker(createGrpcTransport({ baseUrl: `http://127.0.0.1:${server.port}` }), installer);
      return await worker.report(action, "SUCCESS");
    } catch (error) {
      if (attempt === 1000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function setUp(t: TestContext): Promise<KillableServer> {
  const dir = await mkdtemp(join(tmpdir(), "killed-server-"));
  const server = new KillableServer(join(dir, "store.db"));
  t.after(async () => {
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

test("a server killed at random moments loses no acknowledged report, and the run goes on to its end", {
  timeout: 180_000,
}, async (t) => {
  const server = await setUp(t);
  const served: string[] = [];
  const acknowledged = new Set<string>();
  let goOn = Promise.withResolvers<void>();
  const random = seededRandom(t);
  const working = work(server, served, acknowledged, () => goOn.resolve());
  for (let n = 0; n < kills; n++) {
    goOn = Promise.withResolvers();
    await goOn.promise;
    // Somewhere within the next few calls: a call takes a few milliseconds.
    await new Promise((resolve) => setTimeout(resolve, random() * 20));
    await server.kill();
    await server.start();
  }
  await working;
  await server.kill();
  t.diagnostic(`${kills} kills, ${served.length} hand-outs of ${actionCount} actions`);

  const store = await openSqliteStore(server.file);
  const bench = new TinkBench({ store });
  t.after(async () => {
    await bench.stop();
    await store.close();
  });
  await bench.start();
  const workflow = await bench.reachState("SUCCESS");
  const states = workflow.status?.tasks?.[0]?.actions.map(({ state }) => state);
  assert.deepEqual(
    served.filter((name) => name.startsWith("again")),
    [],
  );
  assert.deepEqual(
    [...new Set(served)],
    Array.from({ length: actionCount }, (_, n) => `action-${n}`),
  );
  assert.deepEqual(new Set(states), new Set(["SUCCESS"]));
});
