// What a component of the server is, and what composition gives it: whoever is in the table needs nothing else.
import type { MachineEventInput, RecordedEvent, Sensitive, Workflow } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { FileCache } from "@neverland/platform/files/file-cache.ts";
import type { GrpcMethod } from "@neverland/platform/grpc/grpc-method.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { WritePath } from "@neverland/resources/write-path.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { BootContacts } from "@neverland/timeline/boot-contacts.ts";
import type { MachineFactBook } from "@neverland/timeline/machine-facts.ts";
import type { FastifyInstance } from "fastify";
import type { ActionLogs, LookAtContent, LookAtEffects, LookAtReferences, MachineViewLookup } from "./lent-ports.ts";
import type { Settings } from "./read-settings.ts";
import { isSetting, type SettingTree, type ValuesOf } from "./setting.ts";
import type { SharedValues } from "./shared-settings.ts";

/** Settings of one owner, with what must hold between them. */
export type Section = {
  /** Where they stand in the file: `boots`. Empty: at the top. */
  readonly path: string;
  readonly settings: SettingTree;
  /** What is wrong with the values as a whole, a sentence each. */
  readonly problems?: (settings: Settings) => readonly string[];
};

/** What a component is given to look at before anything is opened or written. */
export type CheckDeps<Values> = {
  readonly config: Values;
  readonly shared: SharedValues;
  /** For saying which setting is meant. */
  readonly settings: Settings;
  readonly signal: AbortSignal;
};

/** An address of the boot plane, with the links that it is reached by; none named: by any. */
export type BootDoor = { readonly host: string; readonly links?: readonly string[] };

/** What a component is made of. */
export type ComponentDeps<Values> = {
  readonly config: Values;
  readonly shared: SharedValues;
  readonly settings: Settings;
  /** What is written to it is checked, and what is made is the component's. */
  readonly store: ResourceStore;
  /** For who writes in the name of others. */
  readonly writes: WritePath;
  /** For who takes what people write. */
  readonly lookAtContent: LookAtContent;
  readonly lookAtReferences: LookAtReferences;
  readonly lookAtEffects: LookAtEffects;
  readonly clock: Clock;
  /** What files that machines are given are read through. */
  readonly files: Pick<FileCache, "open" | "openKnown">;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Of this program: `0.1.0`. */
  readonly version: string;
  /** Where the boot plane listens; the first one's address is what machines are told where they are told one. */
  readonly doors: readonly [BootDoor, ...BootDoor[]];
  /** What callers of the management plane must know. */
  readonly token: Sensitive<string>;
  /** All Hardware, by whatever a machine is known by; filled before anything starts. */
  readonly machines: MachineIndex;
  /** When each machine was last seen starting. */
  readonly contacts: Pick<BootContacts, "bootContactMs" | "onBootContact">;
  /** What was last heard of each machine. */
  readonly facts: MachineFactBook;
  /** Where MachineViews are kept, as long as the process lives. */
  readonly views: ResourceStore;
  /** Puts a fact on a machine's timeline. */
  readonly record: (event: MachineEventInput) => RecordedEvent | undefined;
  /** What went wrong and is tried again or given up: for the log. */
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
  /** Why the server cannot do its work now: it is starting, or its store takes no writes; `undefined` when it can. */
  readonly notReadyReason: () => string | undefined;
  /** For what concerns no machine: one sentence each. */
  readonly warn: (message: string) => void;
  /** What components before this one in the table lend. */
  readonly lent: Lent;
};

/** What one component lends to others, by interface; absent where its owner does not run here. */
export type Lent = {
  readonly actionLogs?: ActionLogs;
  readonly machineViews?: MachineViewLookup;
  /** Why machines that have no address yet are not answered here, as a sentence without its full stop; `undefined` when they are. */
  readonly whyUnheard?: () => string | undefined;
  /** Calls that workers make on Tink Server's port, and that are not its own. */
  readonly grpcMethods?: readonly GrpcMethod[];
  /** Since when workers' reports are taken, in ms since 1970; `undefined` while they are not. */
  readonly listeningSinceMs?: () => number | undefined;
  /** When a workflow is given up unless it goes on, in ms since 1970; `undefined` when it is not, as while it is queued. */
  readonly deadlineMs?: (workflow: Workflow) => number | undefined;
};

/** Where the planes are, once they listen: `http://127.0.0.1:7480`; absent when nothing of it runs here. */
export type PlaneAddresses = {
  readonly http?: string;
  readonly grpc?: string;
  readonly api?: string;
  /** Who signs the certificate of `api`, in PEM form; absent where it is plain HTTP, or signed by one that systems trust. */
  readonly authority?: string;
  /** The name that the certificate of `api` is for, where it is not for the address that is told. */
  readonly serverName?: string;
};

/** What a component is made to; made anew when it is to be started again. */
export type Parts = {
  /** Started in order, before the planes listen. */
  readonly services?: readonly Service[];
  /** On the boot plane's HTTP listener. */
  readonly bootRoutes?: (app: FastifyInstance) => Promise<void> | void;
  /** On the management plane's HTTP listener. */
  readonly managementRoutes?: (app: FastifyInstance) => Promise<void> | void;
  /** Ports of its own, opened last: no machine is answered before all that it is going to ask for is there. */
  readonly listeners?: readonly Service[];
  readonly lends?: Lent;
  /** Called when all is ready; what it returns is added to the ready line. */
  readonly announce?: (planes: PlaneAddresses) => Promise<object> | object;
};

/** A row of the table of components. Importing one loads its settings alone; `make` loads the rest. */
export type Component = Section & {
  /** As `--only` names it. */
  readonly name: string;
  /** What is warned of when it is left out. */
  readonly leftOut?: string;
  /** It is a part of these, by their names: it runs when one of them does, and `--only` does not know it. */
  readonly runsWith?: readonly string[];
  /** @returns Warnings. @throws {ServerError} For what this machine does not have. */
  readonly check: (deps: CheckDeps<unknown>) => Promise<readonly string[]>;
  /** Loads what `make` makes it of, ahead: composition has something else to wait for meanwhile. */
  readonly load: () => Promise<unknown>;
  readonly make: (deps: ComponentDeps<unknown>) => Promise<Parts>;
};

/** A component with its settings' types, which the table does not show. */
export function defineComponent<Tree extends SettingTree>(
  component: Omit<Section, "settings"> & {
    readonly name: string;
    readonly settings: Tree;
    readonly leftOut?: string;
    readonly runsWith?: readonly string[];
    readonly check?: (deps: CheckDeps<ValuesOf<Tree>>) => Promise<readonly string[]>;
    readonly load: () => Promise<unknown>;
    readonly make: (deps: ComponentDeps<ValuesOf<Tree>>) => Promise<Parts>;
  },
): Component {
  const { check = async () => [], make } = component;
  // The values come from these very settings: composition reads them with `valuesOf`.
  return { ...component, check: check as Component["check"], make: make as Component["make"] };
}

/** The values of a section, in the shape of its tree. */
export function valuesOf({ settings: tree, path }: Section, settings: Settings): unknown {
  return valuesIn(tree, path, settings);
}

function valuesIn(tree: SettingTree, prefix: string, settings: Settings): object {
  const entries = Object.entries(tree).map(([name, node]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    return [name, isSetting(node) ? settings.get(path) : valuesIn(node, path, settings)];
  });
  return Object.fromEntries(entries);
}
