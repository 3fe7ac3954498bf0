// The other ways in which a server ends while a hall asks for addresses and files: soon, and with nothing left that the next start would miss.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { askAsHall } from "../../testing/ask-as-hall.ts";
import { floodReads, HallServer, soonMs } from "../../testing/hall-server.ts";

let server: HallServer;

beforeEach(async () => {
  server = await HallServer.open();
});

afterEach(() => server.close());

test("SIGINT ends it, after a flood of reads that nobody acknowledges", async () => {
  const asking = askAsHall(server.hall);
  await asking.answered(2);
  const close = await floodReads(server.hall, 3000);
  const { how, tookMs } = await server.end("SIGINT");
  await asking.abandon();
  close();
  assert.deepEqual(how, [0, null]);
  assert.ok(tookMs < soonMs, `it took ${tookMs} ms`);
});

test("SIGKILL leaves nothing that the next start would miss", async () => {
  let asking = askAsHall(server.hall);
  await asking.answered(2);
  await server.end("SIGKILL");
  await asking.abandon();
  await server.start();
  asking = askAsHall(server.hall);
  await asking.answered(2);
  await asking.stop();
});

test("one whose parent was killed goes on, and ends as soon as any", async () => {
  await server.end("SIGTERM");
  const [pidText] = await server.start("sh", "-c", '"$@" & echo $!; wait', "sh");
  const pid = Number(pidText);
  await server.end("SIGKILL");
  const asking = askAsHall(server.hall);
  await asking.answered(2);
  const fromMs = performance.now();
  process.kill(pid, "SIGTERM");
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
  const tookMs = performance.now() - fromMs;
  await asking.abandon();
  assert.ok(tookMs < soonMs, `it took ${tookMs} ms`);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
