// A timeline on a folder of its own, with the clock and the disk in the test's hands.
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kinds, type MachineEventInput } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import type { ListOptions } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { BootContacts } from "../boot-contacts.ts";
import { Timeline } from "../timeline.ts";
import type { TimelineLimits } from "../timeline-limits.ts";

/** Hardware `lab/m1`. */
export const mac = "52:54:00:00:00:01";
export const address = "10.0.0.5";
export const startMs = Date.parse("2026-05-01T12:00:00Z");
export const offer: MachineEventInput = { mac, source: "boots/dhcp", type: "DhcpOffer", message: "offered 10.0.0.5" };

export class TimelineBench {
  clock = new ManualClock(startMs);
  readonly errors: unknown[] = [];
  readonly written: MachineEventInput[] = [];
  readonly #limits: Partial<TimelineLimits>;
  dir = "";
  /** Set: every write fails with it. */
  diskError: Error | undefined;
  contacts = new BootContacts();
  timeline!: Timeline; // made by `start`

  constructor(limits: Partial<TimelineLimits> = {}) {
    this.#limits = limits;
  }

  async start(): Promise<void> {
    if (this.dir === "") this.dir = await mkdtemp(join(tmpdir(), "timeline-"));
    this.contacts = new BootContacts();
    this.timeline = new Timeline(
      {
        dir: join(this.dir, "events"),
        clock: this.clock,
        contacts: this.contacts,
        randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
        lookup: {
          byMac: (asked) => (asked === mac ? { namespace: "lab", name: "m1" } : undefined),
          byIp: (asked) => (asked === address ? { namespace: "lab", name: "m1" } : undefined),
          macOf: ({ name }) => (name === "m1" ? mac : undefined),
        },
        onError: ({ error }) => this.errors.push(error),
        onWritten: (event) => this.written.push(event),
        open: this.#open,
      },
      this.#limits,
    );
    await this.timeline.start();
  }

  /** As a server that was stopped and started. */
  async restart(): Promise<void> {
    await this.timeline.stop();
    await this.start();
  }

  /** Moves the clock on, and lets what falls due by that be done. */
  async pass(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    await new Promise(setImmediate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.timeline.stop();
    await rm(this.dir, { recursive: true });
  }

  get events() {
    return typedStore(this.timeline.view, kinds.MachineEvent);
  }

  async specs(options: ListOptions = {}) {
    return (await this.events.list(options)).items.map(({ metadata: { namespace }, spec }) => ({ namespace, ...spec }));
  }

  readonly #open: typeof open = async (...given) => {
    const file = await open(...given);
    const write = file.write.bind(file);
    const failing = async (...args: Parameters<typeof write>) => {
      if (this.diskError !== undefined) throw this.diskError;
      return await write(...args);
    };
    return Object.assign(file, { write: failing });
  };
}

export async function startTimeline(limits: Partial<TimelineLimits> = {}): Promise<TimelineBench> {
  const bench = new TimelineBench(limits);
  await bench.start();
  return bench;
}
