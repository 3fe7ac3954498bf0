// Tinkerbell's own kinds, for the table of kinds.
import { inUseFinalizer, takeBackFinalizer } from "../finalizers.ts";
import { type KindInfo, unusable } from "../kind-info.ts";
import { kindNames } from "../kind-names.ts";
import { actionInWords, reasonInWords } from "../view/workflow-words.ts";
import { bmcDoubts } from "./bmc-doubts.ts";
import { hardwareSpecSchema, hardwareStatusSchema } from "./hardware.ts";
import { hardwareFaults } from "./hardware-faults.ts";
import { hardwareDoubts } from "./interface-doubts.ts";
import { metadataDoubts } from "./metadata-doubts.ts";
import { templateSpecSchema, templateStatusSchema } from "./template.ts";
import { workflowSpecSchema, workflowStatusSchema } from "./workflow.ts";
import { ruleSetIsIdle, workflowRuleSetSpecSchema, workflowRuleSetStatusSchema } from "./workflow-rule-set.ts";
import { workflowFaults } from "./workflow-wishes.ts";

/** What is to go says so, whatever it was, and then what is left out because no schema accepts it. */
const state = {
  name: "State",
  type: "string",
  path: ".status.state",
  instead: [{ path: ".metadata.deletionTimestamp", shown: "Deleting" }, unusable],
} as const;

const tinkerbell = {
  record: false,
  deletable: true,
  subresources: ["status"],
  unique: [],
  sensitive: [],
} as const;

/** A worker begins once its word is durable; the workflow's state follows. */
const startReports = { kind: "ActionReport", path: "spec.workflowUID", before: ["PENDING"] } as const;

export const tinkerbellKinds = {
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
    indexes: [
      "spec.interfaces[].dhcp.mac",
      "spec.interfaces[].dhcp.ip.address",
      "spec.agentID",
      "spec.metadata.instance.id",
    ],
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
} as const satisfies Partial<Record<keyof typeof kindNames, KindInfo>>;
