// The interfaces by which one component uses another, which it never imports.
import type { KindInfo, Resource, ResourceKey } from "@neverland/api";

export type ActionLogQuery = {
  /** The id or name of one action; all actions of the workflow when absent. */
  readonly action?: string;
  /** Go on as lines come, until the workflow ends or `signal` aborts. */
  readonly follow: boolean;
  /** The last lines only. */
  readonly tailLines?: number;
  /** Of the one of this name that was deleted last, whether there is one again or not. */
  readonly previous?: boolean;
  readonly signal: AbortSignal;
};

/** Where the output of actions is kept. Each string is text as it came, with its line ends. */
export type ActionLogs = {
  /** Of a workflow that is gone: of the one of this name that was deleted last, while that is kept. */
  read(workflow: ResourceKey, query: ActionLogQuery): AsyncIterable<string>;
  /** Whether a workflow of this name was deleted whose output is kept. */
  hasDeleted(workflow: ResourceKey): boolean;
};

/** The view of a machine, by its Hardware, as it is shown now; costs one look-up. */
export type MachineViewLookup = { of(hardware: ResourceKey): Resource | undefined };

/** What a request writes to an object. */
export type WrittenContent = {
  /** Of the object. */
  readonly name: string;
  /** The object, or parts of it, in the order in which they are written. */
  readonly parts: readonly object[];
};

export type ContentFindings = {
  /** What never works, or means nothing where it stands: refused, warned of or passed over, as the client asks. */
  readonly faults: readonly { readonly field: string; readonly message: string }[];
  /** What is never refused: a sentence each, without its full stop. */
  readonly notes: readonly string[];
};

/** Looks at what is written in a language of its kind's own, which no schema knows. */
export type LookAtContent = (kind: KindInfo, written: WrittenContent) => Promise<ContentFindings>;

/** Looks at what an object names that is written, or would be. @returns A sentence each, without its full stop; none is a reason to refuse. */
export type LookAtReferences = (kind: KindInfo, object: Resource) => Promise<readonly string[]>;

/** Looks at what a write or a deletion that was done, or would be, does to others. @returns As {@link LookAtReferences}. */
export type LookAtEffects = (
  kind: KindInfo,
  object: Resource,
  done: "written" | "deleted",
) => Promise<readonly string[]>;
