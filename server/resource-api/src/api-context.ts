// What the handlers of the resource API share.
import type {
  ActionLogs,
  LookAtContent,
  LookAtEffects,
  LookAtReferences,
  MachineViewLookup,
} from "@neverland/component-kit/lent-ports.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { Turns } from "@neverland/platform/wait/turns.ts";
import type { WritePath } from "@neverland/resources/write-path.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { Access } from "./access/access-tokens.ts";
import type { SharedLines } from "./answers/shared-lines.ts";
import type { KindsByPath } from "./wire/request-target.ts";

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
  readonly kinds: KindsByPath;
  readonly access: Access;
  readonly clock: Clock;
  readonly writes: WritePath;
  readonly lookAtContent: LookAtContent;
  readonly lookAtReferences: LookAtReferences;
  readonly lookAtEffects: LookAtEffects;
  /** Of all watches. */
  readonly lines: SharedLines;
  /** For those who tell or ask for much. */
  readonly turns: Turns;
  readonly limits: ApiLimits;
  readonly actionLogs: ActionLogs | undefined;
  readonly machineViews: MachineViewLookup | undefined;
  /** Aborts when the server stops: watches end then. */
  readonly closing: AbortSignal;
};
