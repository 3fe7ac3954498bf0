// The kinds of the management controllers' group, for the table of kinds.
import { unusable } from "../kind-info.ts";
import { kindNames } from "../kind-names.ts";
import { bmcJobSpecSchema, bmcJobStatusSchema, bmcTaskSpecSchema } from "./job.ts";
import { bmcMachineSpecSchema, bmcMachineStatusSchema, sensitiveOfConnection } from "./machine.ts";

const bmc = {
  record: false,
  deletable: true,
  subresources: ["status"],
  indexes: [],
  unique: [],
} as const;

const secretsOfConnection = [
  { path: "spec.connection.authSecretRef", to: kindNames.Secret },
  { path: "spec.connection.providerOptions.rpc.hmac.secrets.*.*", to: kindNames.Secret },
] as const;
const sensitive = sensitiveOfConnection.map((path) => `spec.connection.${path}`);

/** Of a Job or a Task: what its conditions say, the end before the beginning. */
const progress = [
  { name: "Reason", type: "string", path: ".status.conditions[].reason", instead: [unusable] },
  { name: "Started", type: "date", path: ".status.startTime", wide: true },
  { name: "Completed", type: "date", path: ".status.completionTime", wide: true },
] as const;

export const bmcKinds = {
  BmcMachine: {
    ...kindNames.BmcMachine,
    ...bmc,
    description: "How a machine's management controller is reached. This server cannot speak to one yet.",
    spec: bmcMachineSpecSchema,
    references: secretsOfConnection,
    status: bmcMachineStatusSchema,
    columns: [
      { name: "Host", type: "string", path: ".spec.connection.host" },
      {
        name: "Power",
        type: "string",
        path: ".status.powerState",
        instead: [unusable],
        ifEmpty: [{ shown: "unknown" }],
      },
    ],
    sensitive,
  },
  BmcJob: {
    ...kindNames.BmcJob,
    ...bmc,
    description:
      "What a machine's management controller is to do, such as switching the power. Until this server can speak to one, it fails at once.",
    spec: bmcJobSpecSchema,
    references: [{ path: "spec.machineRef", to: kindNames.BmcMachine }],
    status: bmcJobStatusSchema,
    columns: [{ name: "Machine", type: "string", path: ".spec.machineRef.name" }, ...progress],
    sensitive: [],
  },
  BmcTask: {
    ...kindNames.BmcTask,
    ...bmc,
    description: "One action of a Job, while it is carried out.",
    spec: bmcTaskSpecSchema,
    references: secretsOfConnection,
    status: bmcJobStatusSchema,
    columns: [{ name: "Host", type: "string", path: ".spec.connection.host" }, ...progress],
    sensitive,
  },
} as const;
