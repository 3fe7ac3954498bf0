// Events as Kubernetes' core group has them: the machines' timelines once more, for `kubectl get events` and `kubectl describe`.
import {
  eventsOfLife,
  eventTypeInfo,
  type KindInfo,
  kinds,
  type MachineEvent,
  nameIn,
  parseKey,
  type RecordSubject,
  type Resource,
  type ResourceKey,
  subjectAmong,
} from "@neverland/api";
import type { ListOptions, ResourceStore, Selector, WatchEvent } from "@neverland/store/resource-store.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import { isSelected, valueAt } from "@neverland/store/selector.ts";
import { z } from "zod";

const involvedParts = {
  kind: "The object's kind.",
  name: "Its name.",
  namespace: "Its namespace.",
  uid: "Its uid: a later one of the same name is another one.",
  apiVersion: "The group and version of its kind.",
  resourceVersion: "Its version, where that is known.",
  fieldPath: "A part of it. Always empty here.",
};
const involvedFields = Object.keys(involvedParts);

const text = z.string().nullish();

/** Shown, and kept nowhere: each is a MachineEvent. */
export const coreEvent: KindInfo = {
  group: "",
  version: "v1",
  kind: "Event",
  description: "What happened to a machine or a workflow, as Kubernetes' clients read it: each is a MachineEvent.",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  categories: [],
  scope: "namespace",
  isView: true,
  record: true,
  deletable: false,
  subresources: [],
  members: {
    involvedObject: z
      .looseObject(
        Object.fromEntries(Object.entries(involvedParts).map(([field, about]) => [field, text.describe(about)])),
      )
      .describe("What it happened to."),
    reason: text.describe("Why, as one word; without a reason, what."),
    message: text.describe("What happened, as a sentence."),
    type: z.enum(["Normal", "Warning"]).nullish().describe("Whether somebody is to look at it."),
    source: z
      .looseObject({ component: text.describe("Its name, such as boots/dhcp.") })
      .describe("The part of the server that tells of it."),
    count: z.int32().nullish().describe("How often it happened."),
    firstTimestamp: text.describe("When it happened first."),
    lastTimestamp: text.describe("When it happened last."),
  },
  columns: [
    { name: "Last Seen", type: "date", path: ".lastTimestamp" },
    { name: "Type", type: "string", path: ".type" },
    { name: "Reason", type: "string", path: ".reason" },
    { name: "Kind", type: "string", path: ".involvedObject.kind" },
    { name: "Object", type: "string", path: ".involvedObject.name" },
    { name: "Source", type: "string", path: ".source.component", wide: true },
    { name: "Message", type: "string", path: ".message" },
  ],
  indexes: involvedFields.map((field) => `involvedObject.${field}`),
  unique: [],
  sensitive: [],
};

/**
 * Of `involvedObject` kind and name count, and the uid, which tells an object from one that had its name before; what else a client
 * says of an object it has from here.
 */
type Asked = {
  /** Of the kind that is asked for; `none` of a kind that no event is about. */
  readonly subject: RecordSubject | "none" | undefined;
  readonly options: ListOptions;
  readonly rest: ListOptions;
  /** Whose events are asked for, where the uid says so. */
  readonly one: { readonly kind: KindInfo; readonly key: ResourceKey; readonly uid: string } | undefined;
};

/** A read-only view: versions, pages and watches are those of the record. @param record What events are kept as: MachineEvent. */
export function coreEvents(store: ResourceStore, record: KindInfo): ResourceStore {
  const { about = [] } = record;
  const refuse = async (): Promise<never> => {
    throw new StoreError("conflict", `events show ${record.plural} and are not written: create one of those`);
  };
  return {
    get: async (_kind, key) => {
      const event = await store.get(record, key);
      return event && toEvent(event as MachineEvent, about); // what the record's kind is made of
    },
    list: async (_kind, options = {}) => {
      const asked = readAsked(options, about);
      const list = await store.list(record, asked.options);
      const isItsOwn = await ownEvents(store, asked);
      return { ...list, items: list.items.filter(isItsOwn).flatMap((event) => answerFor(event, asked, about)) };
    },
    namespaces: async () => await store.namespaces(record),
    watch: (_kind, { signal, resourceVersion, ...options }) => {
      const asked = readAsked(options, about);
      const from = resourceVersion === undefined ? {} : { resourceVersion };
      return watchEvents(store.watch(record, { ...asked.options, ...from, signal }), store, asked, about);
    },
    create: refuse,
    update: refuse,
    updateStatus: refuse,
    delete: refuse,
    close: async () => undefined,
  };
}

async function* watchEvents(
  events: AsyncIterable<WatchEvent>,
  store: Pick<ResourceStore, "get">,
  asked: Asked,
  about: readonly RecordSubject[],
): AsyncGenerator<WatchEvent> {
  // Asked where it is waited for: as a promise that nobody awaits yet, a refusal would end the process.
  const isItsOwn = await ownEvents(store, asked);
  for await (const event of events) {
    if (event.type === "bookmark") yield event;
    else if (isItsOwn(event.object))
      for (const object of answerFor(event.object, asked, about)) yield { type: event.type, object };
  }
}

/** Events name their objects: which of two of one name they are of, the time tells that the present one was made at. */
async function ownEvents(store: Pick<ResourceStore, "get">, { one }: Asked): Promise<(event: Resource) => boolean> {
  const present = one && (await store.get(one.kind, one.key));
  if (present === undefined) return () => true;
  const isPresents = (event: Resource) => eventsOfLife([event as MachineEvent], present).length > 0; // as kept
  return present.metadata.uid === one?.uid ? isPresents : (event) => !isPresents(event);
}

function answerFor(event: Resource, { subject, rest }: Asked, about: readonly RecordSubject[]): Resource[] {
  if (subject === "none") return [];
  // Of several that it is about, the one that is asked for is shown.
  const order = subject === undefined ? about : [subject, ...about];
  const object = toEvent(event as MachineEvent, order); // the only kind that is asked for
  return isSelected(object, rest) ? [object] : [];
}

/** The part that an index of the record answers, and the rest. */
function readAsked({ fields = [], ...options }: ListOptions, about: readonly RecordSubject[]): Asked {
  const askedOf = (field: string): string | undefined => {
    const clause = fields.find(({ key }) => key === `involvedObject.${field}`);
    return clause?.operator === "in" ? clause.values[0] : undefined;
  };
  const [kind, name, uid] = [askedOf("kind"), askedOf("name"), askedOf("uid")];
  const info = Object.values<KindInfo>(kinds).find((each) => each.kind === kind);
  const subject = kind === undefined ? undefined : (subjectAmong(about, kind, name ?? "") ?? "none");
  const namespace = options.namespace ?? askedOf("namespace") ?? "default";
  const named = subject === "none" ? undefined : (subject ?? about[0]);
  const own: Selector[] =
    name === undefined || named === undefined
      ? []
      : [{ key: named.path, operator: "in", values: [nameIn(named, { namespace, name })] }];
  const rest = fields.filter(({ key }) => !key.startsWith("involvedObject."));
  const one = info && name && uid ? { kind: info, key: { namespace, name }, uid } : undefined;
  return { subject, options: { ...options, fields: own }, rest: { fields: rest }, one };
}

/** @param order What the event may be shown as about: the first that it names. A machine that nothing describes has its MAC for a name. */
function toEvent(record: MachineEvent, order: readonly RecordSubject[]): Resource {
  const { metadata, spec } = record;
  const { mac, type = "", reason, message, source, time, lastTime, count = 1 } = spec ?? {};
  const object = order.map((subject) => involved(record, subject)).find((each) => each !== undefined);
  const event = {
    ...{ apiVersion: "v1", kind: "Event", metadata },
    involvedObject: { ...(object ?? unnamed(order, mac, source)), namespace: metadata.namespace },
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

/** What happened to no machine is about the component that tells of it: a reference without a name is none. */
function unnamed([nearest]: readonly RecordSubject[], mac: string | undefined, source: string | undefined) {
  return mac === undefined ? { kind: "Component", name: source ?? "unknown" } : { kind: nearest?.kind, name: mac };
}

function involved(record: MachineEvent, { kind, path, by }: RecordSubject) {
  const named = valueAt(record, path);
  if (typeof named !== "string") return undefined;
  const name = by === "key" ? parseKey(named)?.name : by === "mac" ? named.replaceAll(":", "-") : named;
  return name === undefined ? undefined : { kind, name };
}

/** Types of other versions of the server are known by their reason alone. */
function isWarning(type: string, reason: string | undefined): boolean {
  const sort = eventTypeInfo(type)?.sort;
  return sort === undefined ? reason !== undefined : sort === "refusal" || sort === "failure";
}
