// What is asked of `tink explain`, and what it answers.
import type { MachineEvent, MachineEventSpec } from "../../metal/machine-event.ts";
import type { MachineViewContent } from "../../metal/machine-view.ts";
import type { Hardware } from "../../tinkerbell/hardware.ts";
import type { Workflow } from "../../tinkerbell/workflow.ts";
import type { RivalClaim } from "./explain-hardware.ts";

export type ExplainInput = {
  /** The machine's, as it is stored, whether a schema accepts it or not; absent when only a MAC is known. */
  readonly hardware?: Hardware | undefined;
  /** What it claims and others too. */
  readonly rivals?: readonly RivalClaim[] | undefined;
  /** Those whose `hardwareRef` or agent is the machine. */
  readonly workflows: readonly Workflow[];
  /** The name of the one that was asked for: it is told first, whatever tells most of the machine. */
  readonly asked?: string | undefined;
  readonly events: readonly (MachineEvent | MachineEventSpec)[];
  /** The name of a workflow that is gone, where that is what was asked for. */
  readonly deletedWorkflow?: string | undefined;
  /** Where the server says that the machine stands. */
  readonly view?: Pick<MachineViewContent, "reason" | "message"> | undefined;
  readonly nowMs: number;
};

export type Explanation = {
  /** One sentence: where it stands. */
  readonly state: string;
  /** Sentences, the most telling first. */
  readonly because: readonly string[];
  readonly todo: readonly string[];
};
