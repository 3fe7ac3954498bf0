// GET: objects, lists, pages, selections, tables and watches.
import { type Exchange, group, namespaceNamed, template } from "../exchange.ts";

const templates = `${group}/namespaces/reading/templates`;

const get = (name: string, path: Exchange["path"], more: Partial<Exchange> = {}): Exchange => ({
  name,
  method: "GET",
  path,
  ...more,
});
const accepting = (accept: string) => ({ question: { headers: { accept } } });
const table = accepting("application/json;as=Table;v=v1;g=meta.k8s.io");
/** Version 0: of what is in memory. Without one Kubernetes asks its store first, and this store's old release takes longer than a watch. */
const watch = "watch=true&timeoutSeconds=1&resourceVersion=0";
const watchFrom = "watch=true&timeoutSeconds=1";
const made = (name: string, labels: object): Exchange => ({
  name: `made to be read: ${name}`,
  method: "POST",
  path: templates,
  question: { body: template(name, { labels }) },
});

export const reading: readonly Exchange[] = [
  namespaceNamed("reading"),
  made("a", { rack: "one" }),
  made("b", { rack: "two" }),
  made("c", { rack: "three" }),
  made("d", { spare: "" }),
  made("e", { spare: "yes" }),
  get("one", `${templates}/a`),
  get("one that is not there", `${templates}/nobody`),
  get("one with a version that is none", `${templates}/a?resourceVersion=abc`),
  get("one as a table", `${templates}/a`, table),
  get("one as metadata", `${templates}/a`, accepting("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")),
  get("one as something else", `${templates}/a`, accepting("application/xml")),
  get("one as protobuf or JSON", `${templates}/a`, accepting("application/vnd.kubernetes.protobuf, application/json")),
  get("all", templates, { label: "list" }),
  get("all as a table", templates, table),
  get("all as metadata", templates, accepting("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")),
  get("all of all namespaces", `${group}/templates?fieldSelector=metadata.namespace%3Dreading`),
  get("all of a namespace that is none", `${group}/namespaces/nobodys/templates`),
  get("a page", `${templates}?limit=2`, { label: "page" }),
  get("the next page", (seen) => `${templates}?limit=2&continue=${encodeURIComponent(seen("page").metadata.continue)}`),
  get(
    "a page of another size of the same",
    (seen) => `${templates}?limit=1&continue=${encodeURIComponent(seen("page").metadata.continue)}`,
  ),
  get("a token that is none", `${templates}?limit=2&continue=abc`),
  get(
    "a token and a version",
    (seen) => `${templates}?limit=2&resourceVersion=1&continue=${encodeURIComponent(seen("page").metadata.continue)}`,
  ),
  get("a limit that is none", `${templates}?limit=many`),
  get("a limit below nothing", `${templates}?limit=-1`),
  get("labels", `${templates}?labelSelector=rack%3Done`),
  get("labels without", `${templates}?labelSelector=%21rack`),
  get("labels in a set", `${templates}?labelSelector=rack+in+(one,two)`),
  get("labels that are none", `${templates}?labelSelector=rack+in`),
  get("labels with a bad value", `${templates}?labelSelector=rack%3D-`),
  get("a field: the name", `${templates}?fieldSelector=metadata.name%3Da`),
  get("a field: not the name", `${templates}?fieldSelector=metadata.name%21%3Da`),
  get("a field: the namespace", `${templates}?fieldSelector=metadata.namespace%3Dreading`),
  get("a field that cannot be asked for", `${templates}?fieldSelector=spec.data%3Dx`),
  get("a field selector that is none", `${templates}?fieldSelector=metadata.name`),
  get("any version", `${templates}?resourceVersion=0`),
  get("a version that is none", `${templates}?resourceVersion=abc`),
  get("a version below nothing", `${templates}?resourceVersion=-1`),
  get(
    "not older than",
    (seen) => `${templates}?resourceVersion=${seen("list").metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`,
  ),
  get(
    "exactly",
    (seen) => `${templates}?resourceVersion=${seen("list").metadata.resourceVersion}&resourceVersionMatch=Exact`,
  ),
  get("exactly none", `${templates}?resourceVersionMatch=Exact`),
  get("exactly anything", `${templates}?resourceVersion=0&resourceVersionMatch=Exact`),
  get(
    "another match",
    (seen) => `${templates}?resourceVersion=${seen("list").metadata.resourceVersion}&resourceVersionMatch=Perhaps`,
  ),
  get("a version of the future", `${templates}?resourceVersion=999999999`),
  get("a watch of what there is", `${templates}?${watch}`),
  get(
    "a watch of what comes",
    (seen) => `${templates}?${watchFrom}&resourceVersion=${seen("list").metadata.resourceVersion}`,
  ),
  get("a watch of one", `${templates}?${watch}&fieldSelector=metadata.name%3Da`),
  get("a watch of labels", `${templates}?${watch}&labelSelector=rack%3Done`),
  get("a watch as a table", `${templates}?${watch}`, table),
  get(
    "a watch as metadata",
    `${templates}?${watch}`,
    accepting("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"),
  ),
  get("a watch from a version that is none", `${templates}?${watchFrom}&resourceVersion=abc`),
  get("a watch with a match", `${templates}?${watchFrom}&resourceVersion=1&resourceVersionMatch=Exact`),
  // Initial events in a watch are for a newer etcd than Debian has: client-go's informers ask ours for them.
  get("a watch with initial events and no match", `${templates}?${watch}&sendInitialEvents=true`),
  get("a list with initial events", `${templates}?sendInitialEvents=true`),
  get("a watch by its old path", `${group}/watch/namespaces/reading/templates/a?timeoutSeconds=1&resourceVersion=0`),
  get("timeoutSeconds that is none", `${templates}?watch=true&timeoutSeconds=soon`),
  get("watch that is no flag", `${templates}?watch=maybe&timeoutSeconds=1&resourceVersion=0`),
];
