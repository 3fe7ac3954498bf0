// Which workflows have a task for which worker, kept by a watch. It only says where to look and whom to wake: what is
// handed out is decided on what the store says then.
import { formatKey, isFinalState, type ResourceKey, type Workflow } from "@neverland/api";
import { MultiIndex } from "@neverland/platform/multi-index.ts";
import { agentsOf } from "@neverland/workflow-rules/serve-action.ts";

type Entry = { readonly key: ResourceKey; readonly agents: ReadonlySet<string>; readonly isFinal: boolean };

const noAgents: ReadonlySet<string> = new Set();

export class WorkIndex {
  readonly #workflows = new MultiIndex<Entry>(({ agents }) => agents);

  /** @returns The agents that the change concerns, in lower case. */
  set({ metadata, status }: Workflow): Set<string> {
    const { namespace, name } = metadata;
    const entry = { key: { namespace, name }, agents: agentsOf(status ?? {}), isFinal: isFinalState(status?.state) };
    const before = this.#workflows.put(formatKey(metadata), entry);
    return entry.agents.union(before?.agents ?? noAgents);
  }

  /** @returns The agents that had a task in it. */
  delete(metadata: ResourceKey): ReadonlySet<string> {
    return this.#workflows.delete(formatKey(metadata))?.agents ?? noAgents;
  }

  /** Whether any workflow, finished ones included, has a task for the worker. */
  knows(agentID: string): boolean {
    return this.#workflows.find(agentID.toLowerCase()).size > 0;
  }

  /** The unfinished workflows with a task for the worker. */
  unfinished(agentID: string): ResourceKey[] {
    const entries = this.#workflows.find(agentID.toLowerCase()).values();
    return [...entries.filter(({ isFinal }) => !isFinal).map(({ key }) => key)];
  }
}
