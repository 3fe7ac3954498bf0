import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type MachineEventInput } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { BootContacts } from "./boot-contacts.ts";
import { EventRecorder, type EventRecorderLimits } from "./event-recorder.ts";

const mac = "52:54:00:00:00:01";
const startMs = Date.parse("2026-05-01T12:00:00Z");

function setUp(limits: Partial<EventRecorderLimits> = {}) {
  const clock = new ManualClock(startMs);
  const events = typedStore(openMemoryStore(), kinds.MachineEvent);
  const failing = { left: 0 };
  const errors: unknown[] = [];
  const contacts = new BootContacts();
  const recorder = new EventRecorder(
    {
      clock,
      contacts,
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      events: {
        update: events.update,
        create: async (event) => {
          failing.left -= 1;
          if (failing.left >= 0) throw new StoreError("unavailable", "the disk is full");
          return await events.create(event);
        },
      },
      lookup: {
        byMac: (asked) => (asked === mac ? { namespace: "lab", name: "m1" } : undefined),
        byIp: () => undefined,
        macOf: ({ name }) => (name === "m1" ? mac : undefined),
      },
      onError: ({ error }) => errors.push(error),
    },
    limits,
  );
  const written = async () => {
    await recorder.flush();
    const { items } = await events.list();
    return items.map(({ metadata: { namespace }, spec }) => ({ namespace, ...spec }));
  };
  return { recorder, clock, contacts, events, failing, errors, written };
}

const offer: MachineEventInput = { mac, source: "boots/dhcp", type: "DhcpOffer", message: "offered 10.0.0.5" };

test("an event of a MAC is kept with its Hardware, at the server's time", async () => {
  const { recorder, written } = setUp();
  recorder.record({ ...offer, mac: mac.toUpperCase() });
  assert.deepEqual(await written(), [
    {
      namespace: "lab",
      hardware: "m1",
      mac,
      source: "boots/dhcp",
      type: "DhcpOffer",
      message: "offered 10.0.0.5",
      time: "2026-05-01T12:00:00.000Z",
    },
  ]);
});

test("a Hardware named with its namespace, or by its workflow's, is found and gets its MAC", async () => {
  const { recorder, written } = setUp();
  recorder.record({ hardware: "lab/m1", source: "hegel", type: "MetadataServed", message: "served" });
  recorder.record({
    hardware: "m1",
    workflow: "lab/install",
    source: "tink-server",
    type: "ActionStarted",
    message: "started",
  });
  assert.deepEqual(
    (await written()).map((event) => [event.namespace, event.hardware, event.mac]),
    [
      ["lab", "m1", mac],
      ["lab", "m1", mac],
    ],
  );
});

test("the same fact within a moment is one event with a count, and a new event later", async () => {
  const { recorder, clock, written } = setUp();
  recorder.record(offer);
  await recorder.flush();
  for (let n = 0; n < 2; n++) {
    clock.advance(4000);
    recorder.record(offer);
  }
  await recorder.flush();
  clock.advance(6000);
  recorder.record(offer);
  assert.deepEqual(
    (await written()).map(({ count }) => count),
    [3, undefined],
  );
});

test("an unknown MAC leaves one event of a kind, however often and whatever it asks", async () => {
  const { recorder, clock, written } = setUp();
  for (let n = 0; n < 50; n++) {
    recorder.record({
      ...offer,
      mac: "00:00:00:00:00:99",
      type: "DhcpIgnored",
      reason: "UnknownMachine",
      message: `xid ${n}`,
    });
    clock.advance(60_000);
  }
  assert.deepEqual(
    (await written()).map(({ mac: of, count }) => [of, count]),
    [["00:00:00:00:00:99", 50]],
  );
});

test("made-up MACs cannot fill the timeline", async () => {
  const { recorder, written } = setUp({ mostUnknownPerHour: 10 });
  for (let n = 0; n < 1000; n++) recorder.record({ ...offer, mac: `02:00:00:00:00:${n}` });
  recorder.record(offer);
  assert.equal((await written()).length, 11);
});

test("facts outlast a store that does not answer, and come in their order", async () => {
  const { recorder, clock, failing, errors, written } = setUp();
  failing.left = 2;
  recorder.record({ ...offer, message: "first" });
  recorder.record({ ...offer, message: "second" });
  await recorder.flush();
  recorder.record({ ...offer, message: "third" });
  clock.advance(1000);
  assert.deepEqual(
    (await written()).map(({ message }) => message),
    ["first", "second", "third"],
  );
  assert.equal(errors.length, 2);
});

test("what is recorded is written without being asked for, and at the latest by the stop", async () => {
  const { recorder, clock, events } = setUp();
  recorder.record(offer);
  clock.advance(10);
  await recorder.stop();
  assert.equal((await events.list()).items.length, 1);
});

test("that a machine starts is known at once, also when nothing more is written down of it", () => {
  const { recorder, clock, contacts } = setUp({ mostWaiting: 0 });
  recorder.record(offer);
  clock.advance(1000);
  recorder.record(offer);
  assert.equal(contacts.bootContactMs({ namespace: "lab", agentID: mac, hardware: "m1" }), startMs + 1000);
});
