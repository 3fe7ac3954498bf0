// By what names each kind goes, for whoever finds and asks for objects and looks into none: schemas take longer to make than an answer takes.

/** `cluster`: of objects that belong to no namespace, as Kubernetes calls it; theirs is `""`. */
export type Scope = "namespace" | "cluster";

export type KindNames = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: Scope;
};

const tinkerbell = {
  group: "tinkerbell.org",
  version: "v1alpha1",
  // `all` is what `kubectl get all` shows.
  categories: ["tinkerbell", "all"],
  scope: "namespace",
} as const;
const metal = {
  group: "metal.neverland.dev",
  version: "v1alpha1",
  shortNames: [],
  categories: ["metal"],
  scope: "namespace",
} as const;
const bmc = {
  group: "bmc.tinkerbell.org",
  version: "v1alpha1",
  shortNames: [],
  categories: ["tinkerbell"],
  scope: "namespace",
} as const;
const kubernetes = { version: "v1", shortNames: [], categories: [], scope: "namespace" } as const;

export const kindNames = {
  Hardware: { ...tinkerbell, kind: "Hardware", plural: "hardware", singular: "hardware", shortNames: ["hw"] },
  Template: { ...tinkerbell, kind: "Template", plural: "templates", singular: "template", shortNames: ["tpl"] },
  Workflow: { ...tinkerbell, kind: "Workflow", plural: "workflows", singular: "workflow", shortNames: ["wf"] },
  WorkflowRuleSet: {
    ...tinkerbell,
    kind: "WorkflowRuleSet",
    plural: "workflowrulesets",
    singular: "workflowruleset",
    shortNames: ["wrs"],
  },
  MachineEvent: {
    ...metal,
    kind: "MachineEvent",
    plural: "machineevents",
    singular: "machineevent",
    shortNames: ["mev"],
  },
  MachineView: { ...metal, kind: "MachineView", plural: "machineviews", singular: "machineview", shortNames: ["mv"] },
  ActionReport: { ...metal, kind: "ActionReport", plural: "actionreports", singular: "actionreport" },
  AccessToken: { ...metal, kind: "AccessToken", plural: "accesstokens", singular: "accesstoken", scope: "cluster" },
  BmcMachine: { ...bmc, kind: "Machine", plural: "machines", singular: "machine" },
  BmcJob: { ...bmc, kind: "Job", plural: "jobs", singular: "job" },
  BmcTask: { ...bmc, kind: "Task", plural: "tasks", singular: "task" },
  Lease: { ...kubernetes, group: "coordination.k8s.io", kind: "Lease", plural: "leases", singular: "lease" },
  Namespace: {
    ...kubernetes,
    group: "",
    kind: "Namespace",
    plural: "namespaces",
    singular: "namespace",
    shortNames: ["ns"],
    scope: "cluster",
  },
  Secret: { ...kubernetes, group: "", kind: "Secret", plural: "secrets", singular: "secret" },
} as const satisfies Record<string, KindNames>;

/** `group/version`, as in an object's `apiVersion`; of the core group, `""`, the version alone. */
export function apiVersionOf(kind: Pick<KindNames, "group" | "version">): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

/** Where the API serves the kind's group: `/apis/tinkerbell.org/v1alpha1`, `/api/v1`. */
export function apiRootOf(kind: Pick<KindNames, "group" | "version">): string {
  return `${kind.group === "" ? "/api" : "/apis"}/${apiVersionOf(kind)}`;
}

/** `workflows.tinkerbell.org`, as Kubernetes names kinds in sentences; `secrets` of the core group. */
export function qualifiedName({ group }: Pick<KindNames, "group">, name: string): string {
  return group === "" ? name : `${name}.${group}`;
}

/** Finds a kind by `apiVersion` and `kind` of an object. */
export function findKindNames(apiVersion: string, kind: string): KindNames | undefined {
  return Object.values<KindNames>(kindNames).find((names) => names.kind === kind && apiVersionOf(names) === apiVersion);
}

/** Whether both are the same kind: a row of `kindNames` is another object than that of `kinds`. */
export function isKind(one: Pick<KindNames, "group" | "kind">, other: Pick<KindNames, "group" | "kind">): boolean {
  return one.kind === other.kind && one.group === other.group;
}
