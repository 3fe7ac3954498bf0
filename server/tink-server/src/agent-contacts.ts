// Tells a worker that has just come up from one that only asks again: the first is a fact of its machine's boot.

import { recentMap } from "@neverland/platform/recent-map.ts";

/** A live worker asks again, or reports, within this time unless it runs an action. */
const longestSilenceMs = 120_000;
/** Ids come from anyone on the network: the oldest are forgotten beyond this many. */
const mostAgents = 50_000;

export class AgentContacts {
  readonly #lastMs = recentMap<string, number>(mostAgents);

  /**
   * Notes that the worker asked.
   * @param hints What else speaks for a restart: it still waits on another connection, or it runs an action.
   * @returns Whether this is its first word since it came up.
   */
  asked(agentID: string, nowMs: number, hints: { readonly waits: boolean; readonly runs: boolean }): boolean {
    const lastMs = this.#lastMs.get(agentID.toLowerCase());
    this.#note(agentID, nowMs);
    return lastMs === undefined || nowMs - lastMs > longestSilenceMs || hints.waits || hints.runs;
  }

  /** Notes that the worker said something else, or was answered. */
  heard(agentID: string, nowMs: number): void {
    this.#note(agentID, nowMs);
  }

  #note(agentID: string, nowMs: number): void {
    this.#lastMs.set(agentID.toLowerCase(), nowMs);
  }
}
