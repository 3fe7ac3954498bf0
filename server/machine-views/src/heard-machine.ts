// What is known of a machine when its view is made.
import type { Hardware, RivalClaim, Workflow } from "@neverland/api";
import type { MachineFacts } from "@neverland/timeline/machine-facts.ts";

/** A machine with Hardware, whether a schema accepts that or not. */
export type KnownMachine = {
  readonly hardware: Hardware;
  /** No schema accepts it. */
  readonly isFaulty: boolean;
  readonly rivals: readonly RivalClaim[];
  /** Those whose `hardwareRef` or agent is the machine. */
  readonly workflows: readonly Workflow[];
  readonly facts: MachineFacts | undefined;
  /** As its worker says. */
  readonly serial: () => string | undefined;
  /** Machines without Hardware that were heard of late, and whose MAC is nearly this one's. Asked where it counts alone. */
  readonly near: () => readonly string[];
  /** When a workflow is given up unless it goes on, in ms since 1970; `undefined` when it is not. */
  readonly deadlineMs: (workflow: Workflow) => number | undefined;
  /** Why machines that have no address yet are not answered, if so. */
  readonly unheard?: string | undefined;
};

/** A machine that was heard and has no Hardware. */
export type Stranger = {
  readonly mac: string;
  readonly facts: MachineFacts;
  /** Those that are waited for, and whose MAC is nearly this one: `namespace/name`, MAC. */
  readonly near: readonly { readonly name: string; readonly mac: string }[];
};
