// Machine views over stores in memory, with the clock and what is heard in the test's hands.
import {
  apiVersionOf,
  type Hardware,
  kinds,
  type MachineEventInput,
  type MachineViewContent,
  type Workflow,
} from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { MachineFactBook } from "@neverland/timeline/machine-facts.ts";
import { MachineViews } from "../machine-views.ts";

export const startMs = Date.parse("2026-05-01T12:00:00Z");

export class ViewBench {
  readonly clock = new ManualClock(startMs);
  readonly store: ResourceStore;
  readonly views: ResourceStore;
  readonly facts = new MachineFactBook();
  readonly events: MachineEventInput[] = [];
  readonly warnings: string[] = [];
  readonly errors: unknown[] = [];
  readonly shown: MachineViews;
  /** When workflows are given up, by their names. */
  readonly deadlines = new Map<string, number>();
  /** Why the server cannot hear machines without an address. */
  unheard: string | undefined;

  constructor() {
    const deps = { clock: this.clock, newUid: () => crypto.randomUUID() };
    this.store = openMemoryStore(deps);
    this.views = openMemoryStore(deps, {}, startMs);
    this.shown = new MachineViews({
      ...{ store: this.store, views: this.views, facts: this.facts, clock: this.clock },
      record: (event) => void this.events.push(event),
      deadlineMs: (workflow) => this.deadlines.get(workflow.metadata.name),
      whyUnheard: () => this.unheard,
      warn: (message) => void this.warnings.push(message),
      onError: ({ error }) => void this.errors.push(error),
    });
  }

  async start(): Promise<this> {
    await this.shown.start(AbortSignal.timeout(10_000));
    return this;
  }

  async hardware(name: string, mac: string, spec: object = {}, metadata: object = {}): Promise<Hardware> {
    const interfaces = [{ dhcp: { mac, ip: { address: "10.0.0.5" } } }];
    const made = await this.store.create(kinds.Hardware, {
      ...{ apiVersion: apiVersionOf(kinds.Hardware), kind: "Hardware" },
      metadata: { namespace: "default", name, ...metadata },
      spec: { interfaces, ...spec },
    });
    return made as Hardware; // what was made
  }

  async workflow(name: string, hardwareRef: string, status: NonNullable<Workflow["status"]> = {}): Promise<void> {
    await this.store.create(kinds.Workflow, {
      ...{ apiVersion: apiVersionOf(kinds.Workflow), kind: "Workflow" },
      metadata: { namespace: "default", name },
      ...{ spec: { hardwareRef, templateRef: "t" }, status },
    });
  }

  /** Lets what is gathered be shown. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 6; turn += 1) {
      await new Promise(setImmediate);
      this.clock.advance(100);
      for (let each = 0; each < 8; each += 1) await new Promise(setImmediate);
    }
  }

  async view(name: string, namespace = "default"): Promise<MachineViewContent | undefined> {
    return (await this.views.get(kinds.MachineView, { namespace, name })) as MachineViewContent | undefined; // the kind's members
  }

  async names(): Promise<string[]> {
    return (await this.views.list(kinds.MachineView)).items.map(({ metadata }) => metadata.name);
  }

  heard(
    mac: string,
    type: MachineEventInput["type"],
    more: Partial<MachineEventInput> & { hardware?: string } = {},
  ): void {
    const { hardware, ...fact } = more;
    const subject = { namespace: "default", mac, ...(hardware && { hardware }) };
    this.facts.note(subject, { type, ...fact }, this.clock.nowMs());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shown.stop(AbortSignal.timeout(5000));
    await Promise.all([this.store.close(), this.views.close()]);
  }
}

export function pending(
  agentID: string,
  more: Partial<NonNullable<Workflow["status"]>> = {},
): NonNullable<Workflow["status"]> {
  const actions = [
    { id: "a1", name: "one", image: "i", state: "PENDING" as const },
    { id: "a2", name: "two", image: "i", state: "PENDING" as const },
  ];
  const stateSince = new Date(startMs).toISOString();
  return { state: "PENDING", agentID, stateSince, tasks: [{ id: "t", name: "t", agentID, actions }], ...more };
}
