// Which workflows have a task for which worker, kept by a watch. It only says where to look and whom to wake: what is
// handed out is decided on what the store says then.
import { formatKey, isFinalState, parseKey, type ResourceKey, type Workflow } from "@neverland/api";
import { agentsOf } from "@neverland/workflow-rules/serve-action.ts";

type Entry = { readonly agents: ReadonlySet<string>; readonly isFinal: boolean };

export class WorkIndex {
  readonly #workflows = new Map<string, Entry>();
  readonly #byAgent = new Map<string, Set<string>>();

  /** @returns The agents that the change concerns, in lower case. */
  set({ metadata, status }: Workflow): Set<string> {
    const key = formatKey(metadata);
    const agents = agentsOf(status ?? {});
    const concerned = this.delete(metadata).union(agents);
    this.#workflows.set(key, { agents, isFinal: isFinalState(status?.state) });
    for (const agent of agents) this.#byAgent.getOrInsertComputed(agent, () => new Set()).add(key);
    return concerned;
  }

  /** @returns The agents that had a task in it. */
  delete(metadata: ResourceKey): Set<string> {
    const key = formatKey(metadata);
    const agents = new Set(this.#workflows.get(key)?.agents);
    this.#workflows.delete(key);
    for (const agent of agents) {
      const keys = this.#byAgent.get(agent);
      keys?.delete(key);
      if (keys?.size === 0) this.#byAgent.delete(agent);
    }
    return agents;
  }

  clear(): void {
    this.#workflows.clear();
    this.#byAgent.clear();
  }

  /** Whether any workflow, finished ones included, has a task for the worker. */
  knows(agentID: string): boolean {
    return this.#byAgent.has(agentID.toLowerCase());
  }

  /** The unfinished workflows with a task for the worker. */
  unfinished(agentID: string): ResourceKey[] {
    return [...(this.#byAgent.get(agentID.toLowerCase()) ?? [])]
      .filter((key) => this.#workflows.get(key)?.isFinal === false)
      .map(parseKey)
      .filter((key) => key !== undefined);
  }
}
