// The interfaces by which one component uses another, which it never imports.
import type { Resource, ResourceKey } from "@neverland/api";

export type ActionLogQuery = {
  /** The id or name of one action; all actions of the workflow when absent. */
  readonly action?: string;
  /** Go on as lines come, until the workflow ends or `signal` aborts. */
  readonly follow: boolean;
  /** The last lines only. */
  readonly tailLines?: number;
  readonly signal: AbortSignal;
};

/** Where the output of actions is kept. Each string is text as it came, with its line ends. */
export type ActionLogs = { read(workflow: ResourceKey, query: ActionLogQuery): AsyncIterable<string> };

/** The view of a machine, by its Hardware, as it is shown now; costs one look-up. */
export type MachineViewLookup = { of(hardware: ResourceKey): Resource | undefined };
