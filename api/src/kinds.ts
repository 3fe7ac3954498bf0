// The kinds there are: names, groups, columns and validators, in one table that the store, the resource API and the CLI read.
import type { z } from "zod";
import { bmcKinds } from "./bmc/kinds.ts";
import { leaseProtobuf, leaseSpecSchema } from "./core/lease.ts";
import { namespaceSpecSchema, namespaceStatusSchema, prepareNamespace } from "./core/namespace.ts";
import { prepareSecret, secretMembers, secretProtobuf } from "./core/secret.ts";
import type { KindInfo } from "./kind-info.ts";
import { findKindNames, isKind, type KindNames, kindNames } from "./kind-names.ts";
import { accessTokenSpecSchema, accessTokenStatusSchema } from "./metal/access-token.ts";
import { actionReportSpecSchema } from "./metal/action-report.ts";
import { machineEventSpecSchema } from "./metal/machine-event.ts";
import { type MachineViewContent, machineViewMembers } from "./metal/machine-view.ts";
import type { Resource } from "./resource.ts";
import { bmcDoubts } from "./tinkerbell/bmc-doubts.ts";
import { hardwareSpecSchema, hardwareStatusSchema } from "./tinkerbell/hardware.ts";
import { hardwareFaults } from "./tinkerbell/hardware-faults.ts";
import { hardwareDoubts } from "./tinkerbell/interface-doubts.ts";
import { metadataDoubts } from "./tinkerbell/metadata-doubts.ts";
import { templateSpecSchema, templateStatusSchema } from "./tinkerbell/template.ts";
import { workflowSpecSchema, workflowStatusSchema } from "./tinkerbell/workflow.ts";
import {
  ruleSetIsIdle,
  workflowRuleSetSpecSchema,
  workflowRuleSetStatusSchema,
} from "./tinkerbell/workflow-rule-set.ts";
import { workflowFaults } from "./tinkerbell/workflow-wishes.ts";
import { actionInWords, reasonInWords } from "./view/workflow-words.ts";

/** On a Workflow while its machine has something that was lent for it, or its worker an action. */
export const takeBackFinalizer = "metal.neverland.dev/take-back";
/** On a Hardware that is to go while actions are run on its machine. */
export const inUseFinalizer = "metal.neverland.dev/in-use";

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
  record: false,
  deletable: true,
  subresources: ["status"],
  unique: [],
  sensitive: [],
} as const;
const metalRecord = {
  record: true,
  deletable: true,
  subresources: [],
  unique: [],
  sensitive: [],
} as const;

/** A worker begins once its word is durable; the workflow's state follows. */
const startReports = { kind: "ActionReport", path: "spec.workflowUID", before: ["PENDING"] } as const;

export const kinds = {
  Hardware: {
    ...kindNames.Hardware,
    ...tinkerbell,
    description: "One machine: its network interfaces, what it boots, and what its installed system is told.",
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
    references: [{ path: "spec.bmcRef", to: kindNames.BmcMachine }, { path: "spec.references.*" }],
    doubts: (hardware) => [...hardwareDoubts(hardware), ...metadataDoubts(hardware), ...bmcDoubts(hardware)],
    faults: hardwareFaults,
    heldInDeletion: {
      finalizer: inUseFinalizer,
      user: { kind: "Workflow", path: "spec.hardwareRef" },
      field: "status.state",
      values: ["RUNNING", "POST"],
      records: startReports,
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
    ...kindNames.Template,
    ...tinkerbell,
    description:
      "What is done to machines, as a Go text/template of a workflow document. It does nothing until a Workflow names it.",
    spec: templateSpecSchema,
    status: templateStatusSchema,
    columns: [{ ...state, ifEmpty: [{ shown: "New" }] }],
    indexes: [],
  },
  Workflow: {
    ...kindNames.Workflow,
    ...tinkerbell,
    description:
      "One run of a Template on one machine. What was rendered stays; to run it again, retry it or make another one.",
    subresources: ["status", "log"],
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
    references: [
      { path: "spec.templateRef", to: kindNames.Template },
      { path: "spec.hardwareRef", to: kindNames.Hardware },
    ],
    // Rendered of the Hardware, so as secret as that.
    sensitive: ["status.tasks[].environment", "status.tasks[].actions[].environment"],
    indexes: ["spec.templateRef", "spec.hardwareRef", "status.agentID", "status.tasks[].agentID", "status.state"],
    heldInDeletion: {
      ...{ finalizer: takeBackFinalizer, field: "status.state", values: ["RUNNING"] },
      records: startReports,
    },
    retention: { field: "status.state", values: ["SUCCESS", "FAILED", "TIMEOUT"], since: "status.stateSince" },
  },
  WorkflowRuleSet: {
    ...kindNames.WorkflowRuleSet,
    ...tinkerbell,
    description:
      "Which machines get a Workflow by themselves when their worker comes up. This server keeps it and does not act on it yet.",
    spec: workflowRuleSetSpecSchema,
    status: workflowRuleSetStatusSchema,
    columns: [
      { name: "Template", type: "string", path: ".spec.workflow.template.ref" },
      { name: "Reason", type: "string", path: ".status.conditions[].reason", instead: [unusable] },
    ],
    doubts: () => [ruleSetIsIdle],
    references: [
      {
        path: "spec.workflow.template.ref",
        to: kindNames.Template,
        namespaceAt: "spec.workflow.namespace",
      },
    ],
    indexes: [],
  },
  MachineEvent: {
    ...kindNames.MachineEvent,
    ...metalRecord,
    deletable: false,
    description:
      "One fact about one machine: written once, never changed, and kept as long as the log of events has room.",
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
    ...kindNames.MachineView,
    ...metalRecord,
    deletable: false,
    isView: true,
    description:
      "Where one machine stands, known or not: made by the server of its Hardware, its Workflows and what was last heard of it, and read only.",
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
      { name: "Serial", type: "string", path: ".serial", wide: true },
      { name: "Owner", type: "string", path: ".owner", wide: true },
      { name: "Message", type: "string", path: ".message", wide: true },
    ],
    indexes: ["state", "health", "workflow", "reason", "macs[]", "addresses[]"],
  },
  ActionReport: {
    ...kindNames.ActionReport,
    ...metalRecord,
    description: "What a worker said of one action. Deleted when its workflow is over.",
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
    ...kindNames.AccessToken,
    description:
      "One who may use the API, by a token of which only the hash is kept. Deleting it revokes the token at once; tink token makes them.",
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
    ...kindNames.Lease,
    description: "Who leads among several of one program: Kubernetes' own kind.",
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
    ...kindNames.Namespace,
    description:
      "What the names of all other objects are of: Kubernetes' own kind. Deleting one deletes what is in it.",
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
    ...kindNames.Secret,
    description: "What only its readers are to see, such as passwords: Kubernetes' own kind.",
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
} as const satisfies Record<keyof typeof kindNames, KindInfo>;

export type KindName = keyof typeof kinds;

type Inferred<K, Name extends string> = K extends { readonly [N in Name]: infer S extends z.ZodType }
  ? z.infer<S>
  : Name extends keyof K
    ? unknown
    : never;
type MembersOf<K> = K extends { readonly members: infer M extends { readonly [name: string]: z.ZodType } }
  ? { [Name in keyof M]?: z.infer<M[Name]> }
  : unknown;

/** The resource type of an entry of `kinds`: `ResourceOf<typeof kinds.Workflow>` is `Workflow`. Of names alone, it is any resource. */
export type ResourceOf<K extends KindNames> = K extends KindInfo
  ? Resource<Inferred<K, "spec">, Inferred<K, "status">> & MembersOf<K>
  : Resource;

/** All that is said of a kind whose names are known. @throws {RangeError} When it is none of this table. */
export function kindOf(names: Pick<KindNames, "group" | "kind">): KindInfo {
  const found = Object.values<KindInfo>(kinds).find((info) => isKind(info, names));
  if (found === undefined) throw new RangeError(`${names.kind} of "${names.group}" is no kind that is known here`);
  return found;
}

/** Finds a kind by `apiVersion` and `kind` of an object. */
export function findKind(apiVersion: string, kind: string): KindInfo | undefined {
  const names = findKindNames(apiVersion, kind);
  return names && kindOf(names);
}
