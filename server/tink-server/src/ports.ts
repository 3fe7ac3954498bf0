// What Tink Server needs: of the store, and of the world.
import type { ActionReport, Hardware, MachineEventInput, Workflow } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { Turns } from "@neverland/platform/wait/turns.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import type { WorkflowLimits } from "@neverland/workflow-rules/limits.ts";

export type TinkServerDeps = {
  readonly clock: Clock;
  readonly limits: WorkflowLimits;
  /** When this server began to take reports. */
  readonly listeningSinceMs: number;
  readonly workflows: Pick<TypedStore<Workflow>, "get">;
  /** Append-only, and Tink Server alone appends. */
  readonly reports: Pick<TypedStore<ActionReport>, "list" | "create">;
  /** For one annotation: what the worker found in its machine. */
  readonly hardware: Pick<TypedStore<Hardware>, "get" | "update">;
  /** What many workers have waited for at once is gone on with one at a time. */
  readonly turns: Pick<Turns, "next">;
  readonly record: (event: MachineEventInput) => void;
  /** Something failed that the worker need not know of: for the log. */
  readonly onError: (failure: { doing: string; error: unknown }) => void;
};
