// Kubernetes' own kinds that programs of the field need, for the table of kinds.
import { type KindInfo, unusable } from "../kind-info.ts";
import { kindNames } from "../kind-names.ts";
import { leaseProtobuf, leaseSpecSchema } from "./lease.ts";
import { namespaceSpecSchema, namespaceStatusSchema, prepareNamespace } from "./namespace.ts";
import { prepareSecret, secretMembers, secretProtobuf } from "./secret.ts";

export const coreKinds = {
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
} as const satisfies Partial<Record<keyof typeof kindNames, KindInfo>>;
