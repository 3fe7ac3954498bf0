// The kinds there are: names, groups, columns and validators, in one table that the store, the resource API and the CLI read.
import type { z } from "zod";
import { bmcKinds } from "./bmc/kinds.ts";
import { leaseProtobuf, leaseSpecSchema } from "./core/lease.ts";
import { namespaceSpecSchema, namespaceStatusSchema, prepareNamespace } from "./core/namespace.ts";
import { prepareSecret, secretMembers, secretProtobuf } from "./core/secret.ts";
import { accessTokenSpecSchema, accessTokenStatusSchema } from "./metal/access-token.ts";
import { actionReportSpecSchema } from "./metal/action-report.ts";
import { machineEventSpecSchema } from "./metal/machine-event.ts";
import { type MachineViewContent, machineViewMembers } from "./metal/machine-view.ts";
import { formatKey, type Resource, type ResourceKey } from "./resource.ts";
import { bmcDoubts } from "./tinkerbell/bmc-doubts.ts";
import { hardwareSpecSchema, hardwareStatusSchema } from "./tinkerbell/hardware.ts";
import { hardwareFaults, type ValueFault } from "./tinkerbell/hardware-faults.ts";
import { hardwareDoubts } from "./tinkerbell/interface-doubts.ts";
import { templateSpecSchema, templateStatusSchema } from "./tinkerbell/template.ts";
import { workflowSpecSchema, workflowStatusSchema } from "./tinkerbell/workflow.ts";
import {
  ruleSetIsIdle,
  workflowRuleSetSpecSchema,
  workflowRuleSetStatusSchema,
} from "./tinkerbell/workflow-rule-set.ts";
import { workflowFaults } from "./tinkerbell/workflow-wishes.ts";
import { actionInWords, reasonInWords } from "./view/workflow-words.ts";

/** A column of `kubectl get`. `path` is a dotted path into the object, and may go through lists (`[]`); `wide` columns show with `-o wide` only. */
export type PrinterColumn = {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly path: string;
  readonly wide?: boolean;
  /** The number of members at `path`, instead of the value. */
  readonly count?: boolean;
  /** What is shown in place of the value: the first of these that holds. */
  readonly instead?: readonly ShownInstead[];
  /** The same, where there is no value. */
  readonly ifEmpty?: readonly ShownInstead[];
  /** What is shown of several fields together, in place of the value; `""`: nothing. */
  readonly text?: (object: object) => string;
  /** A path in the MachineView of the same name: its value is shown where there is one, and otherwise the object's own. */
  readonly ofView?: string;
};

/** Holds where there is something at `path`, or `is`; without a path always. `ofUnusable`: only of what is stored and no schema accepts. */
export type ShownInstead = {
  readonly path?: string;
  readonly is?: string | boolean;
  readonly ofUnusable?: true;
  readonly shown: string;
};

/** `status` is written apart from the rest; `log` is the output of actions, as text; `finalize` asks to let go of a namespace. */
export type Subresource = "status" | "log" | "finalize";

/** `cluster`: of objects that belong to no namespace, as Kubernetes calls it; theirs is `""`. */
export type Scope = "namespace" | "cluster";

/**
 * A field of a record that names what it is about: an object of the record's namespace by its name, any by its whole key, or one that has
 * a MAC for its name, with dashes.
 */
export type RecordSubject = { readonly kind: string; readonly path: string; readonly by: "name" | "key" | "mac" };

export type UniqueField = {
  /** As an index's. */
  readonly path: string;
  /** `store`: over all namespaces, as machines share wires and agents share one door. */
  readonly within: "namespace" | "store";
};

/** A field of a protobuf message, by what it becomes in JSON. Bytes become base64, a `micro-time` a time with six digits of a second. */
export type ProtobufField =
  | {
      readonly name: string;
      readonly type: "flag" | "integer" | "text" | "texts" | "text-map" | "bytes-map" | "micro-time";
    }
  | { readonly name: string; readonly type: "message"; readonly fields: ProtobufFields };
export type ProtobufFields = { readonly [number: number]: ProtobufField };

export type KindInfo = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** What one is, in a sentence or two: for `kubectl explain`, `tink explain-field` and the page of fields. */
  readonly description: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: Scope;
  /** Made by the API of what other kinds have, and kept nowhere: it can be read, and not written. */
  readonly isView?: boolean;
  /** There is a MachineView of the same name for each of its objects. */
  readonly hasView?: boolean;
  /** Posted and answered at once, and kept nowhere: it can be created, and nothing else. */
  readonly isQuestion?: boolean;
  /** Its objects are the namespaces of all others: a name of one is a label of DNS, and they are not deleted many at a time. */
  readonly holdsOthers?: boolean;
  /** A record is appended, never changed. */
  readonly record: boolean;
  /** Of one object's JSON, without its status and the owners of its fields, where that is bounded: many are kept, and a log has room for each. */
  readonly mostBytes?: number;
  /**
   * Whether a PUT may leave out the version that it read, and takes the place of whatever is there: of most of Kubernetes'
   * core group it may (its `AllowUnconditionalUpdate`), of custom resources never.
   */
  readonly unconditionalUpdate?: boolean;
  /** Whether who may write may delete: what is kept as a log goes by its age alone. */
  readonly deletable: boolean;
  /** What its status says from the moment that it is marked as on its way out, without waiting for a controller. */
  readonly statusInDeletion?: { readonly [member: string]: unknown };
  /** What of an object has a path of its own beneath it. */
  readonly subresources: readonly Subresource[];
  readonly spec?: z.ZodType;
  readonly status?: z.ZodType;
  /** What stands beside metadata in objects of kinds without a spec, by name. */
  readonly members?: { readonly [name: string]: z.ZodType };
  /** Fields, by number, of kinds that Kubernetes' clients send as protobuf; `metadata` is always the first. */
  readonly protobuf?: ProtobufFields;
  /** Turns the shorter forms that people may write into the one that is kept. */
  readonly prepare?: (object: { readonly [member: string]: unknown }) => { readonly [member: string]: unknown };
  readonly columns: readonly PrinterColumn[];
  /**
   * Dotted paths of the fields that objects are looked up by: a list with such a field selector costs what it finds, not
   * what there is. `[]` after a step goes through a list: `spec.interfaces[].dhcp.mac`.
   */
  readonly indexes: readonly string[];
  /** Fields of which no two objects have the same value. Each must be among the indexes, which the check asks. */
  readonly unique: readonly UniqueField[];
  /** Paths, as an index's, of what only the holder of a token is to see: no log, event, error or `describe` shows it. */
  readonly sensitive: readonly string[];
  /** Fields that never change once they are written, and those that do not while the object says so itself. */
  readonly immutable?: {
    readonly always: readonly string[];
    readonly whileSet: { readonly flag: string; readonly fields: readonly string[] };
  };
  /**
   * Labels by which somebody else's controller says whose the object is: one that is set goes before another takes its place. Such controllers
   * patch without the version that they read, so two of them would else both believe that they have it.
   */
  readonly claims?: readonly string[];
  /** Of a record: what it is about, the nearest first. Each path must be among the indexes. */
  readonly about?: readonly RecordSubject[];
  /** Paths, as an index's, of what machines are told as one line, so that control characters in it are left out. */
  readonly lines?: readonly string[];
  /** What else of an object, or of a part of one, is not used as it stands: a sentence each, without its full stop. */
  readonly doubts?: (object: object) => string[];
  /** What of an object is of no use, though its schemas take it: refused where it is written, and left where it is stored already. */
  readonly faults?: (object: object) => ValueFault[];
  /** When a deletion waits for the object's controller, which lets it go by taking the finalizer off. */
  readonly heldInDeletion?: HeldInDeletion;
  /** When objects have had their day; without it they stay until somebody deletes them. */
  readonly retention?: Retention;
};

/**
 * The finalizer is put on an object that is deleted while its own field, or that of an object of kind `by` which names it at `path` (one of that
 * kind's indexes, within the namespace), has one of these values. It costs a write at that moment alone.
 */
export type HeldInDeletion = {
  readonly finalizer: string;
  readonly user?: { readonly kind: string; readonly path: string };
  readonly field: string;
  readonly values: readonly string[];
};

/** On a Workflow while its machine has something that was lent for it, or its worker an action. */
export const takeBackFinalizer = "metal.neverland.dev/take-back";
/** On a Hardware that is to go while actions are run on its machine. */
export const inUseFinalizer = "metal.neverland.dev/in-use";

/** An index that every kind has beside its own: who is owned by an object, by its uid. */
export const ownersIndex = "metadata.ownerReferences[].uid";

/** Objects whose `field`, one of the indexes, has one of `values` are over since the RFC 3339 time at `since`. Both are dotted paths. */
export type Retention = { readonly field: string; readonly values: readonly string[]; readonly since: string };

const unusable = { ofUnusable: true, shown: "Unusable" } as const;

/** What is to go says so, whatever it was, and then what is left out because no schema accepts it. */
const state = {
  name: "State",
  type: "string",
  path: ".status.state",
  instead: [{ path: ".metadata.deletionTimestamp", shown: "Deleting" }, unusable],
} as const;

/** `3 of 5 write-image`. */
function actionOfView({ action }: { readonly action?: MachineViewContent["action"] }): string {
  return action ? `${action.number} of ${action.of} ${action.name}` : "";
}

const tinkerbell = {
  group: "tinkerbell.org",
  version: "v1alpha1",
  // `all` is what `kubectl get all` shows.
  categories: ["tinkerbell", "all"],
  scope: "namespace",
  record: false,
  deletable: true,
  subresources: ["status"],
  unique: [],
  sensitive: [],
} as const;
const metalRecord = {
  group: "metal.neverland.dev",
  version: "v1alpha1",
  categories: ["metal"],
  scope: "namespace",
  record: true,
  deletable: true,
  subresources: [],
  unique: [],
  sensitive: [],
} as const;

export const kinds = {
  Hardware: {
    ...tinkerbell,
    kind: "Hardware",
    description: "One machine: its network interfaces, what it boots, and what its installed system is told.",
    plural: "hardware",
    singular: "hardware",
    shortNames: ["hw"],
    spec: hardwareSpecSchema,
    status: hardwareStatusSchema,
    hasView: true,
    columns: [
      { name: "MAC", type: "string", path: ".spec.interfaces[].dhcp.mac" },
      { name: "Address", type: "string", path: ".spec.interfaces[].dhcp.ip.address" },
      { ...state, ofView: ".state", ifEmpty: [{ shown: "Known" }] },
      { name: "Workflow", type: "string", path: "", ofView: ".workflow" },
      { name: "Last Seen", type: "date", path: "", ofView: ".lastSeen" },
      { name: "Reason", type: "string", path: "", ofView: ".reason" },
      { name: "Netboot", type: "string", path: ".spec.interfaces[].netboot.allowPXE", wide: true },
    ],
    indexes: ["spec.interfaces[].dhcp.mac", "spec.interfaces[].dhcp.ip.address", "spec.agentID"],
    unique: [
      { path: "spec.interfaces[].dhcp.mac", within: "store" },
      { path: "spec.interfaces[].dhcp.ip.address", within: "store" },
      { path: "spec.agentID", within: "store" },
    ],
    lines: [
      "spec.metadata.instance.id",
      "spec.metadata.instance.hostname",
      "spec.metadata.instance.tags[]",
      "spec.metadata.facility.plan_slug",
      "spec.metadata.facility.facility_code",
    ],
    // Cluster API's provider for Tinkerbell: the TinkerbellMachine that has this machine.
    claims: ["v1alpha1.tinkerbell.org/ownerName", "v1alpha1.tinkerbell.org/ownerNamespace"],
    doubts: (hardware) => [...hardwareDoubts(hardware), ...bmcDoubts(hardware)],
    faults: hardwareFaults,
    heldInDeletion: {
      finalizer: inUseFinalizer,
      user: { kind: "Workflow", path: "spec.hardwareRef" },
      field: "status.state",
      values: ["RUNNING", "POST"],
    },
    sensitive: [
      "spec.userData",
      "spec.vendorData",
      "spec.metadata.instance.userdata",
      "spec.metadata.instance.crypted_root_password",
      "spec.metadata.instance.storage.filesystems[].mount.files[].contents",
    ],
  },
  Template: {
    ...tinkerbell,
    kind: "Template",
    description:
      "What is done to machines, as a Go text/template of a workflow document. It does nothing until a Workflow names it.",
    plural: "templates",
    singular: "template",
    shortNames: ["tpl"],
    spec: templateSpecSchema,
    status: templateStatusSchema,
    columns: [{ ...state, ifEmpty: [{ shown: "New" }] }],
    indexes: [],
  },
  Workflow: {
    ...tinkerbell,
    kind: "Workflow",
    description:
      "One run of a Template on one machine. What was rendered stays; to run it again, retry it or make another one.",
    subresources: ["status", "log"],
    plural: "workflows",
    singular: "workflow",
    shortNames: ["wf"],
    spec: workflowSpecSchema,
    status: workflowStatusSchema,
    columns: [
      { name: "Template", type: "string", path: ".spec.templateRef" },
      {
        ...state,
        ifEmpty: [
          { path: ".spec.disabled", is: true, shown: "DISABLED" },
          { path: ".status.templateRendering", is: "failed", shown: "TEMPLATE_FAILED" },
          { shown: "NEW" },
        ],
      },
      { name: "Task", type: "string", path: ".status.currentState.taskName", wide: true },
      { name: "Action", type: "string", path: ".status.currentState.actionName", text: actionInWords },
      { name: "Reason", type: "string", path: ".status.conditions[].reason", text: reasonInWords },
      { name: "Agent", type: "string", path: ".status.currentState.agentID" },
      { name: "Hardware", type: "string", path: ".spec.hardwareRef" },
      { name: "Template-Rendering", type: "string", path: ".status.templateRendering", wide: true },
    ],
    faults: workflowFaults,
    // Rendered of the Hardware, so as secret as that.
    sensitive: ["status.tasks[].environment", "status.tasks[].actions[].environment"],
    indexes: ["spec.templateRef", "spec.hardwareRef", "status.agentID", "status.tasks[].agentID", "status.state"],
    heldInDeletion: { finalizer: takeBackFinalizer, field: "status.state", values: ["RUNNING"] },
    retention: { field: "status.state", values: ["SUCCESS", "FAILED", "TIMEOUT"], since: "status.stateSince" },
  },
  WorkflowRuleSet: {
    ...tinkerbell,
    kind: "WorkflowRuleSet",
    description:
      "Which machines get a Workflow by themselves when their worker comes up. This server keeps it and does not act on it yet.",
    plural: "workflowrulesets",
    singular: "workflowruleset",
    shortNames: ["wrs"],
    spec: workflowRuleSetSpecSchema,
    status: workflowRuleSetStatusSchema,
    columns: [
      { name: "Template", type: "string", path: ".spec.workflow.template.ref" },
      { name: "Reason", type: "string", path: ".status.conditions[].reason", instead: [unusable] },
    ],
    doubts: () => [ruleSetIsIdle],
    indexes: [],
  },
  MachineEvent: {
    ...metalRecord,
    deletable: false,
    kind: "MachineEvent",
    description:
      "One fact about one machine: written once, never changed, and kept as long as the log of events has room.",
    plural: "machineevents",
    singular: "machineevent",
    shortNames: ["mev"],
    mostBytes: 16 * 1024,
    spec: machineEventSpecSchema,
    columns: [
      { name: "Time", type: "string", path: ".spec.time" },
      { name: "Machine", type: "string", path: ".spec.hardware" },
      { name: "MAC", type: "string", path: ".spec.mac" },
      { name: "Workflow", type: "string", path: ".spec.workflow", wide: true },
      { name: "Type", type: "string", path: ".spec.type" },
      { name: "Reason", type: "string", path: ".spec.reason" },
      { name: "Message", type: "string", path: ".spec.message" },
    ],
    indexes: ["spec.hardware", "spec.mac", "spec.workflow"],
    about: [
      { kind: "Hardware", path: "spec.hardware", by: "name" },
      { kind: "Workflow", path: "spec.workflow", by: "key" },
      { kind: "MachineView", path: "spec.mac", by: "mac" },
      { kind: "MachineView", path: "spec.hardware", by: "name" },
    ],
  },
  MachineView: {
    ...metalRecord,
    deletable: false,
    isView: true,
    kind: "MachineView",
    description:
      "Where one machine stands, known or not: made by the server of its Hardware, its Workflows and what was last heard of it, and read only.",
    plural: "machineviews",
    singular: "machineview",
    shortNames: ["mv"],
    members: machineViewMembers,
    columns: [
      { name: "MAC", type: "string", path: ".macs[]" },
      { name: "Address", type: "string", path: ".addresses[]" },
      { name: "Power", type: "string", path: ".power" },
      { name: "State", type: "string", path: ".state" },
      { name: "Workflow", type: "string", path: ".workflow" },
      { name: "Action", type: "string", path: ".action.name", text: actionOfView },
      { name: "Last Seen", type: "date", path: ".lastSeen" },
      { name: "Reason", type: "string", path: ".reason" },
      { name: "Health", type: "string", path: ".health", wide: true },
      { name: "Since", type: "date", path: ".since", wide: true },
      { name: "Deadline", type: "string", path: ".deadline", wide: true },
      { name: "Owner", type: "string", path: ".owner", wide: true },
      { name: "Message", type: "string", path: ".message", wide: true },
    ],
    indexes: ["state", "health", "workflow", "reason", "macs[]", "addresses[]"],
  },
  ActionReport: {
    ...metalRecord,
    kind: "ActionReport",
    description: "What a worker said of one action. Deleted when its workflow is over.",
    plural: "actionreports",
    singular: "actionreport",
    shortNames: [],
    spec: actionReportSpecSchema,
    columns: [
      { name: "Workflow", type: "string", path: ".spec.workflow" },
      { name: "Action", type: "string", path: ".spec.actionID" },
      { name: "State", type: "string", path: ".spec.state", instead: [unusable] },
      { name: "Received", type: "string", path: ".spec.receivedAt" },
    ],
    indexes: ["spec.workflow", "spec.workflowUID"],
  },
  AccessToken: {
    group: "metal.neverland.dev",
    version: "v1alpha1",
    kind: "AccessToken",
    description:
      "One who may use the API, by a token of which only the hash is kept. Deleting it revokes the token at once; tink token makes them.",
    plural: "accesstokens",
    singular: "accesstoken",
    shortNames: [],
    categories: ["metal"],
    scope: "cluster",
    record: false,
    deletable: true,
    subresources: ["status"],
    spec: accessTokenSpecSchema,
    status: accessTokenStatusSchema,
    columns: [
      { name: "Expires", type: "string", path: ".spec.expiresAt", instead: [unusable], ifEmpty: [{ shown: "Never" }] },
      { name: "Last-Used", type: "string", path: ".status.lastUsed", ifEmpty: [{ shown: "Never" }] },
    ],
    indexes: ["spec.sha256"],
    unique: [{ path: "spec.sha256", within: "store" }],
    sensitive: [],
  },
  ...bmcKinds,
  Lease: {
    group: "coordination.k8s.io",
    version: "v1",
    kind: "Lease",
    description: "Who leads among several of one program: Kubernetes' own kind.",
    plural: "leases",
    singular: "lease",
    shortNames: [],
    categories: [],
    scope: "namespace",
    record: false,
    deletable: true,
    subresources: [],
    spec: leaseSpecSchema,
    protobuf: leaseProtobuf,
    columns: [{ name: "Holder", type: "string", path: ".spec.holderIdentity" }],
    indexes: [],
    unique: [],
    sensitive: [],
  },
  Namespace: {
    group: "",
    version: "v1",
    kind: "Namespace",
    description:
      "What the names of all other objects are of: Kubernetes' own kind. Deleting one deletes what is in it.",
    plural: "namespaces",
    singular: "namespace",
    shortNames: ["ns"],
    categories: [],
    scope: "cluster",
    holdsOthers: true,
    record: false,
    deletable: true,
    subresources: ["status", "finalize"],
    statusInDeletion: { phase: "Terminating" },
    spec: namespaceSpecSchema,
    status: namespaceStatusSchema,
    prepare: prepareNamespace,
    unconditionalUpdate: true,
    protobuf: {},
    columns: [
      {
        ...{ name: "Status", type: "string", path: ".status.phase", ifEmpty: [{ shown: "Active" }] },
        instead: [{ path: ".metadata.deletionTimestamp", shown: "Terminating" }],
      },
    ],
    indexes: [],
    unique: [],
    sensitive: [],
  },
  Secret: {
    group: "",
    version: "v1",
    kind: "Secret",
    description: "What only its readers are to see, such as passwords: Kubernetes' own kind.",
    plural: "secrets",
    singular: "secret",
    shortNames: [],
    categories: [],
    scope: "namespace",
    record: false,
    deletable: true,
    subresources: [],
    members: secretMembers,
    prepare: prepareSecret,
    unconditionalUpdate: true,
    protobuf: secretProtobuf,
    columns: [
      { name: "Type", type: "string", path: ".type", instead: [unusable] },
      { name: "Data", type: "integer", path: ".data", count: true },
    ],
    indexes: [],
    unique: [],
    sensitive: ["data", "stringData"],
    // As Kubernetes: who trusts it not to change does not read it again.
    immutable: { always: ["type"], whileSet: { flag: "immutable", fields: ["data", "immutable"] } },
  },
} as const satisfies Record<string, KindInfo>;

export type KindName = keyof typeof kinds;

type Inferred<K, Name extends string> = K extends { readonly [N in Name]: infer S extends z.ZodType }
  ? z.infer<S>
  : Name extends keyof K
    ? unknown
    : never;
type MembersOf<K> = K extends { readonly members: infer M extends { readonly [name: string]: z.ZodType } }
  ? { [Name in keyof M]?: z.infer<M[Name]> }
  : unknown;

/** The resource type of an entry of `kinds`: `ResourceOf<typeof kinds.Workflow>` is `Workflow`. */
export type ResourceOf<K extends KindInfo> = Resource<Inferred<K, "spec">, Inferred<K, "status">> & MembersOf<K>;

/** `group/version`, as in an object's `apiVersion`; of the core group, `""`, the version alone. */
export function apiVersionOf(kind: Pick<KindInfo, "group" | "version">): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

/** Where the API serves the kind's group: `/apis/tinkerbell.org/v1alpha1`, `/api/v1`. */
export function apiRootOf(kind: Pick<KindInfo, "group" | "version">): string {
  return `${kind.group === "" ? "/api" : "/apis"}/${apiVersionOf(kind)}`;
}

/** `workflows.tinkerbell.org`, as Kubernetes names kinds in sentences; `secrets` of the core group. */
export function qualifiedName({ group }: Pick<KindInfo, "group">, name: string): string {
  return group === "" ? name : `${name}.${group}`;
}

type PartSchema = readonly [name: string, schema: z.ZodType];

const schemasOfContent = new WeakMap<KindInfo, readonly PartSchema[]>();
const schemasOfParts = new WeakMap<KindInfo, readonly PartSchema[]>();

/** What of an object its author writes, but for metadata. Made once, since every object is looked at by them. */
export function contentSchemas(kind: KindInfo): readonly PartSchema[] {
  const { spec, members = {} } = kind;
  return schemasOfContent.getOrInsertComputed(kind, () => [
    ...(spec ? [["spec", spec] as const] : []),
    ...Object.entries(members),
  ]);
}

/** Every part of an object but metadata, its status among them. */
export function partSchemas(kind: KindInfo): readonly PartSchema[] {
  return schemasOfParts.getOrInsertComputed(kind, () => [
    ...contentSchemas(kind),
    ...(kind.status === undefined ? [] : [["status", kind.status] as const]),
  ]);
}

/** How a record says that it is about the object. */
export function nameIn({ by }: RecordSubject, key: ResourceKey): string {
  switch (by) {
    case "key":
      return formatKey(key);
    case "mac":
      return key.name.replaceAll("-", ":");
    case "name":
      return key.name;
  }
}

/** As what a record is about an object of this kind and name, if it is. */
export function subjectAmong(about: readonly RecordSubject[], kind: string, name: string): RecordSubject | undefined {
  const isMac = /^([0-9a-f]{2}-){5}[0-9a-f]{2}$/.test(name);
  return about.find((each) => each.kind === kind && (each.by !== "mac" || isMac));
}

/** Finds a kind by `apiVersion` and `kind` of an object. */
export function findKind(apiVersion: string, kind: string): KindInfo | undefined {
  return Object.values<KindInfo>(kinds).find((info) => info.kind === kind && apiVersionOf(info) === apiVersion);
}
