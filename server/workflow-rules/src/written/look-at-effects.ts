// What is said as an object is written or deleted of what that does, or does not do, to others: none of it is a reason to refuse.
import {
  fieldsAt,
  formatKey,
  isFinalState,
  type KindInfo,
  kinds,
  member,
  type Resource,
  workflowStates,
} from "@neverland/api";

/** By index, and no more than are named. */
type ObjectReader = {
  list(
    kind: KindInfo,
    options: {
      readonly namespace?: string;
      readonly fields: readonly {
        readonly key: string;
        readonly operator: "in" | "not-in";
        readonly values: readonly string[];
      }[];
      readonly limit: number;
    },
  ): Promise<{ readonly items: readonly Resource[]; readonly remainingItemCount?: number }>;
};

type Deps = {
  readonly store: ObjectReader;
  /** Of this machine, by which others reach it. */
  readonly ownAddresses: () => readonly string[];
};

const mostNamed = 5;
const over = workflowStates.filter(isFinalState);
/** All but the new one. */
const rendered = workflowStates.filter((state) => state !== "");

/** @returns A sentence each, without its full stop. */
export async function effectsInWords(
  kind: KindInfo,
  object: Resource,
  done: "written" | "deleted",
  deps: Deps,
): Promise<readonly string[]> {
  if (done === "deleted") return await leftWaiting(kind, object, deps);
  if (kind.kind === kinds.Workflow.kind) return comesTooLate(object);
  if (kind.kind !== kinds.Hardware.kind) return [];
  return [...ownAddress(object, deps), ...(await copiedId(object, deps))];
}

/** An action of it was given out: it stays as it was rendered. */
function comesTooLate({ metadata, status }: Resource): string[] {
  const generation = member(member(status, "renderedFrom"), "generation");
  if (member(status, "state") !== "RUNNING" || generation === undefined || generation === metadata.generation)
    return [];
  const { name } = metadata;
  const message = `it goes on as it was rendered before it was changed: an action of it was given out; tink workflow cancel ${name} and tink workflow retry ${name} run what it says now`;
  return [`spec: ${message}`];
}

function ownAddress(hardware: Resource, { ownAddresses }: Deps): string[] {
  const own = new Set(ownAddresses());
  return fieldsAt(hardware, "spec.interfaces[].dhcp.ip.address").flatMap(({ field, value }) =>
    own.has(String(value)) ? [`${field}: ${value} is this server's own address: give the machine another one`] : [],
  );
}

/** Who copies a Hardware to make another one has two machines that take themselves for the same. */
async function copiedId(hardware: Resource, { store }: Deps): Promise<string[]> {
  const key = "spec.metadata.instance.id";
  const [field] = fieldsAt(hardware, key);
  if (typeof field?.value !== "string" || field.value === "") return [];
  const fields = [{ key, operator: "in", values: [field.value] }] as const;
  const { items } = await store.list(kinds.Hardware, { fields, limit: 2 });
  const other = items.find(({ metadata }) => metadata.uid !== hardware.metadata.uid);
  if (other === undefined) return [];
  const message = `Hardware ${formatKey(other.metadata)} has ${field.value} too: cloud-init of both machines takes it for its own; give each its own, such as its MAC`;
  return [`${field.field}: ${message}`];
}

/** Workflows are as they were rendered, but their machine is a stranger without its Hardware, and what is not rendered needs its Template. */
async function leftWaiting(kind: KindInfo, { metadata }: Resource, { store }: Deps): Promise<string[]> {
  const { namespace, name } = metadata;
  const isHardware = kind.kind === kinds.Hardware.kind;
  if (!isHardware && kind.kind !== kinds.Template.kind) return [];
  const fields = [
    { key: isHardware ? "spec.hardwareRef" : "spec.templateRef", operator: "in", values: [name] },
    { key: "status.state", operator: "not-in", values: isHardware ? over : rendered },
  ] as const;
  const { items, remainingItemCount: remaining = 0 } = await store.list(kinds.Workflow, {
    namespace,
    fields,
    limit: mostNamed,
  });
  if (items.length === 0) return [];
  const more = remaining > 0 ? ` and ${remaining} more` : "";
  const who = `${items.length === 1 && more === "" ? "Workflow" : "Workflows"} ${items.map((each) => each.metadata.name).join(", ")}${more}`;
  const what = isHardware
    ? "its machine gets neither address nor boot script nor metadata any more"
    : "it cannot be rendered";
  return [
    `${kind.singular}/${name} is named by ${who}, which ${items.length === 1 ? "is" : "are"} not over: without it ${what}; apply it again, or delete the workflow`,
  ];
}
