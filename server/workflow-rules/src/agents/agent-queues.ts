// Which workflows wait for each worker, in the order in which it takes them, and when it was last done with one. Kept exactly, by being told
// of every change, so that neither an answer nor a change costs more the more there are.
import {
  agentKey,
  formatKey,
  isFinalState,
  type ResourceKey,
  type Workflow,
  type WorkflowStatus,
} from "@neverland/api";
import { SplitMap } from "@neverland/platform/collections/split-map.ts";
import { currentStep, isSameAgent, stepsOf } from "../actions/actions-in-order.ts";
import { agentsOf } from "../actions/serve-action.ts";
import { timeMs } from "../durations.ts";

export type Queued = ResourceKey & {
  /** `namespace/name`. */
  readonly id: string;
  readonly status: WorkflowStatus;
};

type Entry = Queued & { readonly agents: ReadonlySet<string>; readonly rank: string };

type Agent = {
  /** Every workflow that has a task for the worker. */
  readonly known: Set<string>;
  /** Those of them that are not over, in the order they came. */
  readonly unfinished: Map<string, Entry>;
  /** Those whose current task is the worker's, in the order in which it takes them. */
  readonly waiting: Entry[];
  leftMs: number;
};

const nobody: Agent = { known: new Set(), unfinished: new Map(), waiting: [], leftMs: 0 };

export class AgentQueues {
  readonly #entries = new SplitMap<Entry>();
  /** By `agentKey`. */
  readonly #agents = new SplitMap<Agent>();

  clear(): void {
    this.#entries.clear();
    this.#agents.clear();
  }

  /** @returns The workers, by `agentKey`, that have or had a task in it. */
  put(workflow: Workflow): ReadonlySet<string> {
    const { namespace, name } = workflow.metadata;
    const id = formatKey(workflow.metadata);
    const status = workflow.status ?? {};
    const agents = agentsOf(status);
    const before = this.#take(id);
    const entry: Entry = { namespace, name, id, status, agents, rank: rankOf(workflow) };
    this.#entries.set(id, entry);
    for (const agent of agents) this.#enter(agent, entry);
    if (before !== undefined) this.#forgetIdle(before.agents);
    return before === undefined ? agents : agents.union(before.agents);
  }

  /** @param nowMs Until now its worker was busy with it, or could have been. @returns The workers that had a task in it. */
  remove(key: ResourceKey, nowMs: number): ReadonlySet<string> {
    const entry = this.#take(formatKey(key));
    if (entry === undefined) return nobody.known;
    const agent = isWaiting(entry.status) ? this.#agents.get(agentOf(entry.status)) : undefined;
    if (agent !== undefined) agent.leftMs = Math.max(agent.leftMs, nowMs);
    this.#forgetIdle(entry.agents);
    return entry.agents;
  }

  /** Whether any workflow, over or not, has a task for the worker. */
  knows(agentID: string): boolean {
    return this.#of(agentID).known.size > 0;
  }

  /**
   * Where the worker's next action is to be looked for, in order: the first that has something for it is the one. Another worker's turn is
   * this one's as soon as `put` has told so.
   */
  candidates(agentID: string): Iterable<Queued> {
    return this.#of(agentID).waiting;
  }

  /** One of those that are not over and have a task for the worker, whoever's turn it is. */
  anyUnfinished(agentID: string): Queued | undefined {
    const [any] = this.#of(agentID).unfinished.values();
    return any;
  }

  /** Of a worker's workflows the one that it is to go on with. */
  first(agentID: string): Queued | undefined {
    return this.#of(agentID).waiting[0];
  }

  /** Since when the worker of the workflow's current task has had nothing else to do, or what it is busy with. */
  agentFor({ metadata, status = {} }: Workflow): { readonly freeSinceMs: number } | { readonly busyWith: string } {
    const { waiting, leftMs } = this.#of(agentOf(status));
    const [first] = waiting;
    const isAhead =
      first !== undefined && first.id !== formatKey(metadata) && first.rank < rankOf({ metadata, status });
    return isAhead ? { busyWith: first.id } : { freeSinceMs: leftMs };
  }

  #of(agentID: string): Agent {
    return this.#agents.get(agentKey(agentID)) ?? nobody;
  }

  #enter(name: string, entry: Entry): void {
    const agent = this.#agents.get(name) ?? { known: new Set<string>(), unfinished: new Map(), waiting: [], leftMs: 0 };
    this.#agents.set(name, agent);
    agent.known.add(entry.id);
    agent.leftMs = Math.max(agent.leftMs, leftMs(entry.status, name));
    if (isFinalState(entry.status.state)) return;
    agent.unfinished.set(entry.id, entry);
    if (isWaiting(entry.status) && agentOf(entry.status) === name)
      agent.waiting.splice(placeOf(agent.waiting, entry.rank), 0, entry);
  }

  #take(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    for (const name of entry.agents) {
      const agent = this.#agents.get(name);
      if (agent === undefined) continue;
      agent.known.delete(id);
      agent.unfinished.delete(id);
      const at = placeOf(agent.waiting, entry.rank);
      if (agent.waiting[at] === entry) agent.waiting.splice(at, 1);
    }
    return entry;
  }

  #forgetIdle(names: ReadonlySet<string>): void {
    for (const name of names) if (this.#agents.get(name)?.known.size === 0) this.#agents.delete(name);
  }
}

/** What was begun comes first, before all an action that the worker has started; then what was made first. */
function rankOf({ metadata, status = {} }: Pick<Workflow, "metadata" | "status">): string {
  const isStarted = status.state === "RUNNING" && currentStep(status)?.action.state === "RUNNING";
  const rank = isStarted ? 0 : status.state === "RUNNING" ? 1 : 2;
  return `${rank} ${metadata.creationTimestamp ?? ""} ${formatKey(metadata)}`;
}

/** Where the first stands whose rank is not less. */
function placeOf(entries: readonly Entry[], rank: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.rank ?? rank) < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** When the worker was last done with the workflow, which is over or has gone on to another worker; 0: it was never busy with it. */
function leftMs(status: WorkflowStatus, agent: string): number {
  if (isFinalState(status.state) && agentOf(status) === agent) return timeMs(status.stateSince) ?? 0;
  let latestMs = 0;
  for (const { task, action } of stepsOf(status))
    if (isSameAgent(task.agentID, agent)) latestMs = Math.max(latestMs, timeMs(action.executionStop) ?? 0);
  return latestMs;
}

function isWaiting({ state }: WorkflowStatus): boolean {
  return state === "RUNNING" || state === "PENDING" || state === "PREPARING";
}

function agentOf(status: WorkflowStatus): string {
  return agentKey(currentStep(status)?.task.agentID ?? status.agentID ?? "");
}
