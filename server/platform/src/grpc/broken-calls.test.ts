// Callers who make calls as no library does, and break them off: they end neither the process nor anybody's right to call.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect as connectHttp2, createServer } from "node:http2";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { callBroken } from "../testing/broken-calls.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { nativeSession } from "./ended-sessions.ts";

const forMs = 6000;

async function start(t: TestContext): Promise<{ child: ChildProcess; port: number; open: () => Promise<number> }> {
  // As small a young generation as makes the collector come often.
  const execArgv = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=1"];
  const child = fork(join(import.meta.dirname, "../testing/grpc-echo.ts"), { execArgv });
  t.after(() => child.kill());
  const [port] = await once(child, "message", { signal: t.signal });
  return { child, port: Number(port), open: async () => (await readdir(`/proc/${child.pid}/fd`)).length };
}

test("whatever is broken off, the process stays, and the address has its connections again", async (t) => {
  const { child, port, open } = await start(t);
  const before = await open();
  const random = seededRandom(t);
  const untilMs = performance.now() + forMs;
  const callers = ["127.0.0.2", "127.0.0.3", "127.0.0.4"].flatMap((from) =>
    ["/test.Echo/Echo", "/test.Echo/None"].map(async (path) => {
      while (performance.now() < untilMs && child.exitCode === null && child.signalCode === null)
        await callBroken({ host: "127.0.0.1", port, from, path, random });
    }),
  );
  await Promise.all(callers);
  assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
  while ((await open()) > before) await pause(50, undefined, { signal: t.signal });
  assert.equal(await echo(port, "127.0.0.2"), 200);
});

test("Node still names what a session's memory belongs to as it did", async (t) => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const client = connectHttp2(`http://127.0.0.1:${address.port}`);
  t.after(() => {
    client.destroy();
    server.close();
  });
  const [session] = await once(server, "session");
  assert.equal(Object.getPrototypeOf(nativeSession(session))?.constructor.name, "Http2Session");
});

async function echo(port: number, from: string): Promise<number | undefined> {
  const client = connectHttp2(`http://127.0.0.1:${port}`, {
    createConnection: () => connect({ host: "127.0.0.1", port, localAddress: from }),
  });
  try {
    const call = client.request({ ":method": "POST", ":path": "/test.Echo/Echo", "content-type": "application/grpc" });
    call.end(Buffer.from([0, 0, 0, 0, 0]));
    const [headers] = await once(call, "response");
    return headers[":status"];
  } finally {
    client.destroy();
  }
}
