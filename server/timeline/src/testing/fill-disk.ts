// Fills the small file system named by its argument with a timeline's events, then makes space, and prints what it saw.
import { rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { BootContacts } from "../boot-contacts.ts";
import { Timeline } from "../timeline.ts";

const folder = process.argv[2] ?? "";
const ballast = join(folder, "ballast");
const errors: unknown[] = [];
const say = (line: string) => writeSync(1, `${line}\n`);

async function open(): Promise<{ timeline: Timeline; messages: () => Promise<string[]> }> {
  const timeline = new Timeline(
    {
      ...{ dir: join(folder, "events"), clock: systemClock, contacts: new BootContacts() },
      randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      lookup: { byMac: () => undefined, byIp: () => undefined, macOf: () => undefined },
      onError: ({ error }) => errors.push(error),
      onWritten: () => undefined,
    },
    { mostWaiting: 100 },
  );
  await timeline.start();
  const events = typedStore(timeline.view, kinds.MachineEvent);
  return { timeline, messages: async () => (await events.list()).items.map(({ spec }) => spec?.message ?? "") };
}

/** Each of another machine, so that none is held back as a repetition, and longer than a page of the disk. */
function record(timeline: Timeline, from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const mac = `02:00:00:00:${at
      .toString(16)
      .padStart(4, "0")
      .replace(/(..)(..)/, "$1:$2")}`;
    timeline.record({ mac, source: "boots/dhcp", type: "DhcpOffer", message: `event ${at} ${"x".repeat(3000)}` });
  }
}

writeFileSync(ballast, Buffer.alloc(600_000));
const { timeline, messages } = await open();
let recorded = 0;
while (errors.length === 0 && recorded < 2000) {
  record(timeline, recorded, recorded + 10);
  recorded += 10;
  await timeline.flush();
}
say(`failed: ${errors.map(String).join("; ")}`);
record(timeline, recorded, recorded + 200);
recorded += 200;
await timeline.flush();
say(`told ${errors.length} times; ${(await messages()).length} of ${recorded} are read`);
rmSync(ballast);
await timeline.flush();
await timeline.stop();
const again = await open();
const kept = await again.messages();
const whole = kept.filter((message) => /^event \d+ x{3000}$/.test(message));
const lost = kept.filter((message) => /were not written down/.test(message));
say(`after a restart ${whole.length} of ${recorded} are whole, and it says: ${lost.join("; ")}`);
await again.timeline.stop();
