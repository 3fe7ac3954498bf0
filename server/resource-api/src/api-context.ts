// What the handlers of the resource API share.
import type { KindInfo, ResourceKey } from "@neverland/api";
import type { Clock } from "@neverland/platform/clock.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { IdentityIndex } from "./writes/identity-index.ts";

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

export type ApiLimits = {
  /** Largest request body. Default 3 MiB, as Kubernetes. */
  readonly bodyBytes: number;
  /** Most watches and followed logs at once. Default 1000. */
  readonly watches: number;
  /** How often a followed log says that it goes on. Default one minute: HTTP clients give a silent answer up after five. */
  readonly logBeatMs: number;
};

export const defaultApiLimits: ApiLimits = { bodyBytes: 3 * 1024 * 1024, watches: 1000, logBeatMs: 60_000 };

export type ApiContext = {
  readonly store: ResourceStore;
  readonly kinds: readonly KindInfo[];
  readonly clock: Clock;
  readonly identities: IdentityIndex;
  readonly limits: ApiLimits;
  readonly newUid: () => string;
  /** The end of a generated name. */
  readonly newSuffix: () => string;
  readonly actionLogs: ActionLogs | undefined;
  /** Aborts when the server stops: watches end then. */
  readonly closing: AbortSignal;
};
