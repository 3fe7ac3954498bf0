// The little of Kubernetes' core group that kubectl needs: namespaces, which need no making here, and events, which show
// a machine's timeline under `kubectl describe`.
import { createHash } from "node:crypto";
import { kinds, type MachineEvent } from "@neverland/api";
import type { Selector } from "@neverland/store/resource-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { ApiContext } from "../api-context.ts";
import { ApiFault } from "../wire/api-fault.ts";
import type { RequestQuery } from "../wire/request-query.ts";

/** The newest events that are shown of one machine. */
const maxEvents = 200;

/** `default`, and every namespace that holds something. */
export async function listNamespaces(context: ApiContext) {
  const { kinds: all, store } = context;
  const used = await Promise.all(all.filter((kind) => !kind.record).map((kind) => store.namespaces(kind)));
  const names = [...new Set(["default", ...used.flat()])].toSorted();
  const { resourceVersion } = await store.list(kinds.Hardware, { limit: 1 });
  return { kind: "NamespaceList", apiVersion: "v1", metadata: { resourceVersion }, items: names.map(namespaceOf) };
}

/** Any name is a namespace: it begins with its first object. */
export function namespaceOf(name: string) {
  const hash = createHash("sha256").update(name).digest("hex");
  const uid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20, 32)}`;
  return {
    kind: "Namespace",
    apiVersion: "v1",
    metadata: { name, uid, resourceVersion: "1", creationTimestamp: null },
    spec: { finalizers: [] },
    status: { phase: "Active" },
  };
}

/** The MachineEvents of the object that `involvedObject.*` names: of a Hardware or of a Workflow. */
export async function listEvents(context: ApiContext, namespace: string | undefined, query: RequestQuery) {
  const wanted = involvedObject(query.text("fieldSelector"));
  const scope = namespace === undefined ? {} : { namespace };
  const fields = indexedFields(wanted, namespace);
  const { items, resourceVersion } = await typedStore(context.store, kinds.MachineEvent).list({ ...scope, fields });
  const isWanted = ({ spec, metadata }: MachineEvent) => {
    if (wanted.kind === "Workflow") return spec?.workflow === `${metadata.namespace}/${wanted.name}`;
    const matches = wanted.name === undefined || spec?.hardware === wanted.name;
    return matches && (wanted.kind === undefined || wanted.kind === "Hardware");
  };
  const timeOf = ({ spec }: MachineEvent) => spec?.time ?? "";
  const byTime = (a: MachineEvent, b: MachineEvent) => (timeOf(a) < timeOf(b) ? -1 : 1);
  const chosen = items.filter(isWanted).toSorted(byTime).slice(-maxEvents);
  return { kind: "EventList", apiVersion: "v1", metadata: { resourceVersion }, items: chosen.map(toEvent) };
}

/** What can be asked of an index, so that one machine's events cost no look at all others'. */
function indexedFields({ kind, name }: Involved, namespace: string | undefined): Selector[] {
  if (name === undefined) return [];
  if (kind === "Hardware") return [{ key: "spec.hardware", operator: "in", values: [name] }];
  const isAt = kind === "Workflow" && namespace !== undefined;
  return isAt ? [{ key: "spec.workflow", operator: "in", values: [`${namespace}/${name}`] }] : [];
}

type Involved = { readonly kind?: string | undefined; readonly name?: string | undefined };

function involvedObject(selector: string): Involved {
  const clauses = selector.split(",").filter((clause) => clause !== "");
  const values = new Map(
    clauses.map((clause): [string, string] => [clause.split("=")[0] ?? "", clause.split("=").at(-1) ?? ""]),
  );
  const unknown = [...values.keys()].find((key) => !key.startsWith("involvedObject."));
  if (unknown !== undefined) throw new ApiFault("BadRequest", `field label not supported: ${unknown}`);
  return { kind: values.get("involvedObject.kind"), name: values.get("involvedObject.name") };
}

function toEvent({ metadata, spec }: MachineEvent) {
  const hasFault = spec?.reason !== undefined;
  return {
    kind: "Event",
    apiVersion: "v1",
    metadata,
    involvedObject: { kind: "Hardware", name: spec?.hardware, namespace: metadata.namespace },
    type: hasFault ? "Warning" : "Normal",
    reason: spec?.reason ?? spec?.type,
    message: spec?.message,
    source: { component: spec?.source },
    count: spec?.count ?? 1,
    firstTimestamp: spec?.time ?? metadata.creationTimestamp,
    lastTimestamp: spec?.time ?? metadata.creationTimestamp,
  };
}
