import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import fastify from "fastify";
import { crowdTeller, nameFaults, unreadTeller } from "./boot-plane-faults.ts";

const metadata = { namespace: "default", name: "m5" };

/** A boot plane with one component's routes in a scope of their own, as composition makes them. */
function setUp() {
  const events: MachineEventInput[] = [];
  const errors: string[] = [];
  const app = fastify({ bodyLimit: 10 });
  const machines = new MachineIndex();
  machines.upsert({ metadata, spec: { interfaces: [{ dhcp: { ip: { address: "10.0.0.5" } } }] } });
  const record = (event: MachineEventInput): undefined => {
    events.push(event);
  };
  nameFaults(app, {
    machines,
    clock: new ManualClock(0),
    record,
    onError: ({ doing, error }) => void errors.push(`${doing}: ${error}`),
  });
  app.register(async (scope) => {
    scope.get("/fails", async () => {
      throw new Error("EMFILE: too many open files, open '/usr/lib/ipxe/undionly.kpxe'");
    });
    scope.post("/takes", async () => "taken");
  });
  return { app, events, errors, machines, record };
}

test("a route that throws is 500 without our insides, one log line and one event on the machine's timeline", async () => {
  const { app, events, errors } = setUp();
  const { statusCode, body } = await app.inject({ url: "/fails", remoteAddress: "::ffff:10.0.0.5" });
  assert.deepEqual([statusCode, body], [500, "this server could not answer; its log says why\n"]);
  assert.match(errors.join(), /^answering GET \/fails for .*10\.0\.0\.5: Error: EMFILE/);
  assert.deepEqual(
    events.map(({ source, type, reason, hardware }) => [source, type, reason, hardware]),
    [["boot-plane", "ServerFault", "InternalFault", "default/m5"]],
  );
});

test("a path that nobody serves is 404 in plain text, and an event once a minute", async () => {
  const { app, events } = setUp();
  const { statusCode, body } = await app.inject({ url: "/auto.ipxe", remoteAddress: "10.0.0.5" });
  await app.inject({ url: "/auto.ipxe", remoteAddress: "10.0.0.5" });
  assert.deepEqual([statusCode, body], [404, "not found\n"]);
  assert.deepEqual(
    events.map(({ type, reason, message }) => [type, reason, message]),
    [["HttpRefused", "NoSuchRoute", "GET /auto.ipxe is nothing that is served here (404: not found)"]],
  );
});

test("a body that is too large is the caller's fault, and no log line", async () => {
  const { app, errors } = setUp();
  const { statusCode } = await app.inject({
    method: "POST",
    url: "/takes",
    payload: "x".repeat(100),
    headers: { "content-type": "text/plain" },
  });
  assert.equal(statusCode, 413);
  assert.deepEqual(errors, []);
});

test("what no route sees is an event a minute of the machine whose address it comes from", () => {
  const { machines, record, events } = setUp();
  const tell = unreadTeller({ machines, record, clock: new ManualClock(0) });
  for (const address of ["::ffff:10.0.0.5", "10.0.0.5", "10.0.0.6"]) tell({ status: 400, message: "no HTTP" }, address);
  assert.deepEqual(
    events.map(({ reason, hardware, address, message }) => [reason, hardware, address, message]),
    [
      ["UnreadableRequest", "default/m5", "10.0.0.5", "no HTTP (400)"],
      ["UnreadableRequest", undefined, "10.0.0.6", "no HTTP (400)"],
    ],
  );
});

test("connections that are closed to make room are an event a minute, of the address whose they are", () => {
  const events: MachineEventInput[] = [];
  const clock = new ManualClock(0);
  const record = (event: MachineEventInput): void => void events.push(event);
  const tell = crowdTeller(record, clock);
  for (const atMs of [0, 59_000, 61_000]) {
    clock.advance(atMs - clock.nowMs());
    for (const address of ["10.0.0.9", undefined]) tell({ address, message: "too many" });
  }
  assert.deepEqual(
    events.map(({ type, address }) => `${type} ${address}`),
    ["10.0.0.9", undefined, "10.0.0.9", undefined].map((address) => `ConnectionClosed ${address}`),
  );
});
