// Where workers ask for work and hand in reports, whichever protocol they speak: who they are, how long they wait, what is
// said of it on their machines' timelines.
import type { Workflow } from "@neverland/api";
import type { AgentAttributes } from "@neverland/api/workflow";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { ServedAction } from "@neverland/workflow-rules/actions/serve-action.ts";
import type { AgentCaller, AgentGate } from "@neverland/workflow-rules/agents/agent-gate.ts";
import { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { acceptReport } from "./accept-report.ts";
import { AgentContacts } from "./agents/agent-contacts.ts";
import { AgentInventories } from "./agents/agent-inventories.ts";
import { AgentWaiters, type Leaver, type Waiter, type Wake } from "./agents/agent-waiters.ts";
import { findWork, type Work } from "./find-work.ts";
import type { TinkServerDeps } from "./ports.ts";
import type { IncomingReport } from "./protocol/worker-messages.ts";
import type { StopDesk } from "./stop-desk.ts";
import { TinkError } from "./tink-error.ts";
import { askedEvent, elsewhereEvent, tooManyEvent, twoWritersEvent } from "./worker-events.ts";

export type AgentDeskDeps = TinkServerDeps & {
  readonly gate: Pick<AgentGate, "refusal" | "machinesOf" | "lockOf">;
  readonly stops: Pick<StopDesk, "wake">;
  /** @param machine `namespace/name` of a Hardware. @returns When it was last seen starting, in ms since 1970. */
  readonly lastBootMs: (machine: string) => number | undefined;
  /** How long a worker without work waits for an answer. Under a minute, which is what upstream's server takes. */
  readonly waitMs: number;
};

export type Question = {
  readonly agentID: string;
  /** Let go of when they have been looked at: who waits holds no inventory, which as objects takes many times what was sent. */
  attributes: AgentAttributes | undefined;
  readonly caller: AgentCaller & Leaver;
};

type FoundWork = Exclude<Work, { readonly done: IncomingReport }>;

/** Workers that no Hardware and no Workflow knows, as they may turn up before either is there. Anyone can make up more. */
const mostStrangers = 256;

/** Of late; an older one has been begun long since. */
const mostHandedAgain = 10_000;

export class AgentDesk {
  readonly #deps: AgentDeskDeps;
  readonly #contacts = new AgentContacts();
  /** When an action that runs was handed out again, by its id. */
  readonly #handedAgain = recentMap<string, number>(mostHandedAgain);
  readonly #inventories: AgentInventories;
  readonly #waiters = new AgentWaiters();
  /** Where to look and whom to wake; what is handed out is decided on what the store says then. */
  readonly #queues = new AgentQueues();
  #strangers = 0;

  constructor(deps: AgentDeskDeps) {
    this.#deps = deps;
    this.#inventories = new AgentInventories(deps);
  }

  /** How many workers wait for something to do. */
  get waitingWorkers(): number {
    return this.#waiters.size;
  }

  /** A workflow is there or was changed: whoever has a task in it, or had, looks again. */
  upsert(workflow: Workflow): void {
    this.#wake(this.#queues.put(workflow));
  }

  remove({ metadata }: Workflow): void {
    this.#wake(this.#queues.remove(metadata, this.#deps.clock.nowMs()));
  }

  /** A Hardware was changed, or has gone. @param machine `namespace/name`. */
  machineChanged(machine: string): void {
    this.#waiters.wakeLocked(machine);
  }

  /** Ends every wait, and those that begin later. */
  close(): void {
    this.#waiters.close();
  }

  /**
   * Resolves with the worker's next action as soon as there is one.
   * @throws {TinkError} `forbidden`; `not-now` or `unknown` when there is nothing for as long as it may wait; `again`.
   */
  async nextAction(question: Question): Promise<ServedAction> {
    const { agentID, caller } = question;
    const { clock, waitMs, turns } = this.#deps;
    this.#refuseStranger(agentID, caller);
    const untilMs = clock.nowMs() + waitMs;
    const waits = this.#waiters.has(agentID);
    const waiter = this.#waiters.enter(agentID);
    try {
      for (let isFirst = true; ; isFirst = false) {
        waiter.look();
        const work = await this.#findWork(waiter, agentID);
        if (isFirst) this.#noteContact(question, work, waits);
        if ("serve" in work.next) {
          this.#refuseStranger(agentID, caller, work.workflow);
          if (work.next.again) this.#noteAgain(agentID, work.next.serve, work);
          return work.next.serve;
        }
        const wake = await this.#wait(waiter, question, untilMs);
        this.#contacts.heard(agentID, caller.address, clock.nowMs());
        if (wake !== "changed") throw this.#refusal(agentID, wake, work);
        await turns.next();
      }
    } finally {
      this.#waiters.leave(waiter);
    }
  }

  /** Resolves when the report is durable. @throws {TinkError} `forbidden`, and what `acceptReport` throws. */
  async report(report: IncomingReport, caller: AgentCaller): Promise<void> {
    const deps = { ...this.#deps, handedAgainMs: this.#handedAgain.get(report.actionID) };
    await acceptReport(report, deps, (workflow) => this.#refuseStranger(report.agentID, caller, workflow));
    this.#contacts.heard(report.agentID, caller.address, this.#deps.clock.nowMs());
  }

  #refuseStranger(agentID: string, caller: AgentCaller, workflow?: Workflow): void {
    const refusal = this.#deps.gate.refusal(agentID, caller, workflow);
    if (refusal !== undefined) throw new TinkError("forbidden", refusal);
  }

  async #findWork(waiter: Waiter, agentID: string): Promise<FoundWork> {
    for (;;) {
      const work = await findWork(agentID, this.#queues, this.#deps);
      if (!("done" in work)) return this.#unlessForbidden(waiter, agentID, work);
      await acceptReport(work.done, this.#deps, () => undefined);
    }
  }

  /** What was begun goes on: to stop it is another thing to ask for. */
  #unlessForbidden(waiter: Waiter, agentID: string, work: FoundWork): FoundWork {
    const { next, workflow } = work;
    if (!("serve" in next) || next.again || workflow?.status?.state !== "PENDING") return work;
    const lock = this.#deps.gate.lockOf(agentID, workflow);
    this.#waiters.lock(waiter, lock === undefined ? [] : this.#deps.gate.machinesOf(agentID, workflow));
    return lock === undefined ? work : { next: { wait: "forbidden", message: lock }, workflow };
  }

  #wake(agents: ReadonlySet<string>): void {
    for (const agent of agents) this.#waiters.wake(agent);
    this.#deps.stops.wake(agents);
  }

  /** One that nobody knows waits only while few do: it is told at once that there is nothing, as one that has waited. */
  #wait(waiter: Waiter, { agentID, caller }: Question, untilMs: number): Promise<Wake> {
    const { clock, gate, record } = this.#deps;
    const isKnown = this.#queues.knows(agentID) || gate.machinesOf(agentID).length > 0;
    if (!isKnown && this.#strangers >= mostStrangers) {
      record(tooManyEvent(agentID, caller.address, mostStrangers));
      return Promise.resolve("timeout");
    }
    const wait = waiter.next(clock, untilMs - clock.nowMs(), caller);
    if (isKnown) return wait;
    this.#strangers += 1;
    return wait.finally(() => {
      this.#strangers -= 1;
    });
  }

  /** Whoever gets an action again begins it again, however soon; what runs it already may not know. */
  #noteAgain(agentID: string, action: ServedAction, { workflow, mayRunSinceMs }: FoundWork): void {
    const { clock, gate, lastBootMs, record } = this.#deps;
    this.#handedAgain.set(action.actionID, clock.nowMs());
    if (mayRunSinceMs === undefined) return;
    const bootMs = gate.machinesOf(agentID, workflow).map(lastBootMs);
    if (bootMs.some((ms) => ms !== undefined && ms > mayRunSinceMs)) return;
    record(twoWritersEvent(agentID, action, mayRunSinceMs, workflow));
  }

  #noteContact(question: Question, work: FoundWork, waits: boolean): void {
    const { agentID, caller, attributes } = question;
    const { clock, record } = this.#deps;
    question.attributes = undefined;
    const runs = "serve" in work.next && work.next.again;
    const { isFirst, otherAddress } = this.#contacts.asked(agentID, caller.address, clock.nowMs(), { waits, runs });
    if (otherAddress !== undefined) record(elsewhereEvent(agentID, caller.address, otherAddress, work.workflow));
    if (isFirst) record(askedEvent(agentID, work.next, work.workflow));
    if (attributes === undefined) return;
    const [machine, ...others] = this.#deps.gate.machinesOf(agentID, work.workflow);
    // Never stands in the way of the action.
    if (machine !== undefined && others.length === 0) void this.#inventories.offer(machine, attributes);
  }

  #refusal(agentID: string, wake: Exclude<Wake, "changed">, { next }: FoundWork): TinkError {
    switch (wake) {
      case "closing":
        return new TinkError("again", "the server is being stopped; ask again");
      case "gone":
        return new TinkError("again", "the worker hung up");
      case "replaced":
        return new TinkError("not-now", `worker ${agentID} asks on another connection`);
      case "timeout": {
        const message = "wait" in next ? next.message : "nothing to do";
        return this.#queues.knows(agentID)
          ? new TinkError("not-now", message)
          : new TinkError("unknown", "no Workflows found");
      }
    }
  }
}
