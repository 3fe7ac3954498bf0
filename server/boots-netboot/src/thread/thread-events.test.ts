// What a thread tells by numbers is counted with the right events.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { type EventLot, EventOutbox } from "./event-outbox.ts";
import { ThreadEvents } from "./thread-events.ts";

test("each event is recorded once, and what comes again is counted with it, across lots", async () => {
  const lots: EventLot[] = [];
  const outbox = new EventOutbox((lot) => lots.push(lot));
  const [recorded, repeats]: [unknown[], string[]] = [[], []];
  const events = new ThreadEvents((event) => {
    recorded.push(event);
    return { repeated: (count, lastMs) => void repeats.push(`${event.message}: ${count}, ${lastMs}`) };
  });
  const say = (message: string): MachineEventInput => ({ source: "boots/dhcp", type: "DhcpOffer", message });
  const numbers = Array.from({ length: 300 }, (_, at) => outbox.add(say(`m${at}`)));
  outbox.flush();
  outbox.add(say("another"));
  for (const at of [299, 0]) outbox.addRepeats(numbers[at], at + 1, 5000);
  outbox.flush();
  for (const lot of lots) events.take(lot, (count) => outbox.taken(count));
  await events.settled();
  assert.equal(recorded.length, 301);
  assert.deepEqual(recorded[300], say("another"));
  assert.deepEqual(repeats, ["m299: 300, 5000", "m0: 1, 5000"]);
});

test("a lot that takes long is recorded in its order with the loop going round, and is taken when all of it is", async () => {
  const done: string[] = [];
  const events = new ThreadEvents(({ message }) => {
    for (const untilMs = performance.now() + 5; performance.now() < untilMs; );
    done.push(message);
    return { repeated: (count) => void done.push(`${message} x${count}`) };
  });
  const lot = { dropped: 0, repeats: Float64Array.of(0, 7, 5000) };
  const taken = Promise.withResolvers<number>();
  const said = ["a", "b", "c"].map((message) => ({ message }));
  events.take({ ...lot, events: JSON.stringify(said), count: said.length }, taken.resolve);
  const round = (): void => {
    done.push("loop");
    if (!done.includes("c")) setImmediate(round);
  };
  setImmediate(round);
  assert.equal(await taken.promise, 4);
  assert.match(done.join(" "), /^a (loop )*b (loop )+c (loop )*a x7( loop)*$/);
});
