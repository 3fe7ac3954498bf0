// When each worker last said something, and from where: tells one that has just come up from one that only asks again, and
// one that is in two places at once.
import { agentKey } from "@neverland/api";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";

/** A live worker asks again, or reports, within this time unless it runs an action. */
const longestSilenceMs = 120_000;
/** Ids come from anyone on the network: the oldest are forgotten beyond this many. */
const mostAgents = 50_000;

type Contact = { readonly atMs: number; readonly address: string };

export type Asked = {
  /** Its first word since it came up. */
  readonly isFirst: boolean;
  /** Where it was heard a moment ago, when that is elsewhere. */
  readonly otherAddress: string | undefined;
};

export class AgentContacts {
  readonly #last = recentMap<string, Contact>(mostAgents);

  /**
   * Notes that the worker asked.
   * @param hints What else speaks for a restart: it still waits on another connection, or it runs an action.
   */
  asked(
    agentID: string,
    address: string,
    nowMs: number,
    hints: { readonly waits: boolean; readonly runs: boolean },
  ): Asked {
    const last = this.#last.get(agentKey(agentID));
    this.heard(agentID, address, nowMs);
    const isRecent = last !== undefined && nowMs - last.atMs <= longestSilenceMs;
    return {
      isFirst: !isRecent || hints.waits || hints.runs,
      otherAddress: isRecent && last.address !== address ? last.address : undefined,
    };
  }

  /** Notes that the worker said something else, or was answered. */
  heard(agentID: string, address: string, nowMs: number): void {
    this.#last.set(agentKey(agentID), { atMs: nowMs, address });
  }
}
