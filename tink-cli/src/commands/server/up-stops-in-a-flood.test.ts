// A server that is told to end while a hall asks for addresses and files waits for nobody who has gone.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { askAsHall } from "../../testing/ask-as-hall.ts";
import { floodReads, HallServer, soonMs } from "../../testing/hall-server.ts";

let server: HallServer;

beforeEach(async () => {
  server = await HallServer.open();
});

afterEach(() => server.close());

test("SIGTERM ends a server that a hall asks, after a flood of reads that nobody acknowledges", async () => {
  const asking = askAsHall(server.hall);
  await asking.answered(2);
  const close = await floodReads(server.hall, 3000);
  const { how, tookMs } = await server.end("SIGTERM");
  await asking.abandon();
  close();
  assert.deepEqual(how, [0, null]);
  assert.ok(tookMs < soonMs, `it took ${tookMs} ms`);
});
