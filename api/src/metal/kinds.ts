// The kinds that are this server's own, for the table of kinds.
import { type KindInfo, unusable } from "../kind-info.ts";
import { kindNames } from "../kind-names.ts";
import { accessTokenSpecSchema, accessTokenStatusSchema } from "./access-token.ts";
import { actionReportSpecSchema } from "./action-report.ts";
import { machineEventSpecSchema } from "./machine-event.ts";
import { type MachineViewContent, machineViewMembers } from "./machine-view.ts";

/** `3 of 5 write-image`. */
function actionOfView({ action }: { readonly action?: MachineViewContent["action"] }): string {
  return action ? `${action.number} of ${action.of} ${action.name}` : "";
}

const metalRecord = {
  record: true,
  deletable: true,
  subresources: [],
  unique: [],
  sensitive: [],
} as const;

export const metalKinds = {
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
} as const satisfies Partial<Record<keyof typeof kindNames, KindInfo>>;
