// Events as Kubernetes' core group has them: the machines' timelines once more, for `kubectl get events` and `kubectl describe`.
import { eventTypeInfo, type KindInfo, kinds, type MachineEvent, type Resource } from "@neverland/api";
import type { ListOptions, ResourceStore, Selector, WatchEvent } from "@neverland/store/resource-store.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import { isSelected } from "@neverland/store/selector.ts";

const involved = ["kind", "name", "namespace", "uid", "apiVersion", "resourceVersion", "fieldPath"];

/** Shown, and kept nowhere: each is a MachineEvent. */
export const coreEvent: KindInfo = {
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  categories: [],
  record: true,
  deletable: false,
  subresources: [],
  columns: [
    { name: "Last Seen", type: "date", path: ".lastTimestamp" },
    { name: "Type", type: "string", path: ".type" },
    { name: "Reason", type: "string", path: ".reason" },
    { name: "Kind", type: "string", path: ".involvedObject.kind" },
    { name: "Object", type: "string", path: ".involvedObject.name" },
    { name: "Source", type: "string", path: ".source.component", wide: true },
    { name: "Message", type: "string", path: ".message" },
  ],
  indexes: involved.map((field) => `involvedObject.${field}`),
  unique: [],
  sensitive: [],
};

/** Of `involvedObject`, kind and name count; what else a client says of an object it has from here. */
type Asked = {
  readonly isWorkflow: boolean;
  readonly isOther: boolean;
  readonly options: ListOptions;
  readonly rest: ListOptions;
};

/** A read-only view: versions, pages and watches are those of MachineEvent. */
export function coreEvents(store: ResourceStore): ResourceStore {
  const machineEvent = kinds.MachineEvent;
  const refuse = async (): Promise<never> => {
    throw new StoreError("conflict", "events show machineevents and are not written: create one of those");
  };
  return {
    get: async (_kind, key) => {
      const event = await store.get(machineEvent, key);
      return event && toEvent(event as MachineEvent, false); // the kind asked for
    },
    list: async (_kind, options = {}) => {
      const asked = readAsked(options);
      const list = await store.list(machineEvent, asked.options);
      return { ...list, items: list.items.flatMap((event) => answerFor(event, asked)) };
    },
    namespaces: async () => await store.namespaces(machineEvent),
    watch: (_kind, { signal, resourceVersion, ...options }) =>
      watchEvents(
        store.watch(machineEvent, {
          ...readAsked(options).options,
          ...(resourceVersion !== undefined && { resourceVersion }),
          signal,
        }),
        readAsked(options),
      ),
    create: refuse,
    update: refuse,
    updateStatus: refuse,
    delete: refuse,
    close: async () => undefined,
  };
}

async function* watchEvents(events: AsyncIterable<WatchEvent>, asked: Asked): AsyncGenerator<WatchEvent> {
  for await (const event of events) {
    if (event.type === "bookmark") yield event;
    else for (const object of answerFor(event.object, asked)) yield { type: event.type, object };
  }
}

function answerFor(event: Resource, { isWorkflow, isOther, rest }: Asked): Resource[] {
  if (isOther) return [];
  const object = toEvent(event as MachineEvent, isWorkflow); // the only kind that is asked for
  return isSelected(object, rest) ? [object] : [];
}

/** The part that an index of MachineEvent answers, and the rest. */
function readAsked({ fields = [], ...options }: ListOptions): Asked {
  const askedOf = (field: string): string | undefined => {
    const clause = fields.find(({ key }) => key === `involvedObject.${field}`);
    return clause?.operator === "in" ? clause.values[0] : undefined;
  };
  const [kind, name] = [askedOf("kind"), askedOf("name")];
  const isWorkflow = kind === "Workflow";
  const isOther = kind !== undefined && !isWorkflow && kind !== "Hardware";
  const namespace = options.namespace ?? askedOf("namespace") ?? "default";
  const own: Selector[] =
    name === undefined ? [] : [isWorkflow ? is("spec.workflow", `${namespace}/${name}`) : is("spec.hardware", name)];
  const rest = fields.filter(({ key }) => !key.startsWith("involvedObject."));
  return { isWorkflow, isOther, options: { ...options, fields: own }, rest: { fields: rest } };
}

function is(key: string, value: string): Selector {
  return { key, operator: "in", values: [value] };
}

function toEvent({ metadata, spec }: MachineEvent, ofWorkflow: boolean): Resource {
  const { workflow, hardware, mac, type = "", reason, message, source, time, lastTime, count = 1 } = spec ?? {};
  const workflowName = workflow?.split("/")[1];
  const object =
    (ofWorkflow || hardware === undefined) && workflowName !== undefined
      ? { kind: "Workflow", name: workflowName }
      : { kind: "Hardware", name: hardware ?? mac ?? "" };
  const event = {
    ...{ apiVersion: "v1", kind: "Event", metadata },
    involvedObject: { ...object, namespace: metadata.namespace },
    type: isWarning(type, reason) ? "Warning" : "Normal",
    reason: reason ?? type,
    message,
    source: { component: source },
    count,
    firstTimestamp: time ?? metadata.creationTimestamp,
    lastTimestamp: lastTime ?? time ?? metadata.creationTimestamp,
  };
  return event;
}

/** Types of other versions of the server are known by their reason alone. */
function isWarning(type: string, reason: string | undefined): boolean {
  const sort = eventTypeInfo(type)?.sort;
  return sort === undefined ? reason !== undefined : sort === "refusal" || sort === "failure";
}
