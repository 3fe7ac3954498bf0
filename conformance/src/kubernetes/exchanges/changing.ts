// PUT and PATCH: versions, the three patches that custom resources take, owners of fields, and the status beside the rest.
import { type Exchange, group, patchOf, template, templates } from "../exchange.ts";

const one = `${templates}/c`;
const put = (
  name: string,
  body: (seen: Parameters<Extract<Exchange["question"], (seen: never) => unknown>>[0]) => unknown,
  more: Partial<Exchange> = {},
): Exchange => ({
  name,
  method: "PUT",
  path: one,
  question: (seen) => ({ body: body(seen) }),
  ...more,
});
const patch = (
  name: string,
  type: Parameters<typeof patchOf>[0],
  body: unknown,
  more: Partial<Exchange> = {},
): Exchange => ({
  name,
  method: "PATCH",
  path: one,
  question: patchOf(type, body),
  ...more,
});
const version = (seen: (label: string) => { metadata: { resourceVersion: string; uid: string } }, label: string) =>
  seen(label).metadata.resourceVersion;

export const changing: readonly Exchange[] = [
  {
    name: "made to be changed",
    method: "POST",
    path: `${templates}?fieldManager=maker`,
    question: { body: template("c", { labels: { rack: "one" } }) },
    label: "c1",
  },
  put("a PUT without a version", () => template("c")),
  put("a PUT of what it read", (seen) => template("c", { resourceVersion: version(seen, "c1") }, "changed"), {
    label: "c2",
  }),
  put("a PUT of an older version", (seen) => template("c", { resourceVersion: version(seen, "c1") }, "again")),
  put("a PUT that changes nothing", (seen) => seen("c2"), { label: "c3" }),
  put("a PUT of a version that is none", () => template("c", { resourceVersion: "abc" })),
  put("a PUT of another name", (seen) => template("d", { resourceVersion: version(seen, "c3") })),
  put("a PUT of another namespace", (seen) =>
    template("c", { namespace: "other", resourceVersion: version(seen, "c3") }),
  ),
  put("a PUT of another uid", (seen) => template("c", { uid: "other", resourceVersion: version(seen, "c3") })),
  put("a PUT of another kind", (seen) => ({
    ...template("c", { resourceVersion: version(seen, "c3") }),
    kind: "Hardware",
  })),
  put("a PUT with a status", (seen) => ({
    ...template("c", { resourceVersion: version(seen, "c3") }, "changed"),
    status: { state: "Ready" },
  })),
  {
    name: "a PUT of what is not there",
    method: "PUT",
    path: `${templates}/nobody`,
    question: { body: template("nobody", { resourceVersion: "1" }) },
  },
  {
    name: "a PUT of what is not there, without a version",
    method: "PUT",
    path: `${templates}/nobody`,
    question: { body: template("nobody") },
  },
  { name: "a PUT of a list", method: "PUT", path: templates, question: { body: template("c") } },
  patch("a merge", "merge", { metadata: { labels: { rack: "two", more: "1" } } }),
  patch("a merge that takes away", "merge", { metadata: { labels: { more: null } } }),
  patch("a merge that changes nothing", "merge", { metadata: { labels: { rack: "two" } } }),
  patch("a merge of an older version", "merge", { metadata: { resourceVersion: "1" } }),
  patch("a merge of another name", "merge", { metadata: { name: "d" } }),
  patch("a merge of a bad label", "merge", { metadata: { labels: { rack: "a b" } } }),
  patch("a merge that is a list", "merge", []),
  patch("a merge that is no JSON", "merge", "{"),
  patch("a merge of status", "merge", { status: { state: "Ready" } }),
  patch("a merge of a number for a text", "merge", { spec: { data: 5 } }),
  patch("a merge of another kind", "merge", { kind: "Hardware" }),
  patch("a merge of what is not there", "merge", { spec: { data: "" } }, { path: `${templates}/nobody` }),
  patch("a JSON patch", "json", [{ op: "replace", path: "/spec/data", value: "y" }]),
  patch("a JSON patch whose test fails", "json", [{ op: "test", path: "/spec/data", value: "z" }]),
  patch("a JSON patch of a path that is not there", "json", [{ op: "remove", path: "/spec/nothing" }]),
  patch("a JSON patch of an operation that is none", "json", [{ op: "multiply", path: "/spec/data" }]),
  patch("a JSON patch that is an object", "json", {}),
  patch("a JSON patch without operations", "json", []),
  patch("a strategic patch", "strategic", { spec: { data: "x" } }),
  { name: "a patch of no type", method: "PATCH", path: one, question: { body: { spec: {} } } },
  patch("a dry run of a merge", "merge", { spec: { data: "dry" } }, { path: `${one}?dryRun=All` }),
  patch("a merge with force", "merge", { spec: { data: "x" } }, { path: `${one}?force=true` }),
  patch("an apply without a manager", "apply", template("c")),
  patch("an apply against another manager", "apply", template("c", {}, "applied"), {
    path: `${one}?fieldManager=applier`,
  }),
  patch("an apply with force", "apply", template("c", {}, "applied"), {
    path: `${one}?fieldManager=applier&force=true`,
  }),
  patch("an apply of the same", "apply", template("c", {}, "applied"), { path: `${one}?fieldManager=applier` }),
  patch("an apply that takes away", "apply", template("c", { labels: { of: "applier" } }, "applied"), {
    path: `${one}?fieldManager=applier`,
  }),
  patch("an apply of less", "apply", template("c", {}, "applied"), { path: `${one}?fieldManager=applier` }),
  patch("an apply that makes", "apply", template("applied"), { path: `${templates}/applied?fieldManager=applier` }),
  patch(
    "an apply with owners of fields",
    "apply",
    template("c", {
      managedFields: [
        {
          manager: "x",
          operation: "Apply",
          apiVersion: "tinkerbell.org/v1alpha1",
          fieldsType: "FieldsV1",
          fieldsV1: {},
        },
      ],
    }),
    { path: `${one}?fieldManager=applier` },
  ),
  patch("an apply of another name", "apply", template("d"), { path: `${one}?fieldManager=applier` }),
  patch("an apply without a kind", "apply", { metadata: { name: "c" } }, { path: `${one}?fieldManager=applier` }),
  patch("an apply that is a list", "apply", [], { path: `${one}?fieldManager=applier` }),
  { name: "the status", method: "GET", path: `${one}/status`, label: "c4" },
  {
    name: "a PUT of the status",
    method: "PUT",
    path: `${one}/status`,
    question: (seen) => ({ body: { ...seen("c4"), status: { state: "Ready" }, spec: { data: "not this" } } }),
    label: "c5",
  },
  patch(
    "a merge of the status",
    "merge",
    { status: { state: "Error" }, metadata: { labels: { not: "this" } } },
    { path: `${one}/status` },
  ),
  patch("a merge of a status that is a text", "merge", { status: "Ready" }, { path: `${one}/status` }),
  { name: "a subresource that is none", method: "GET", path: `${one}/scale` },
  { name: "POST to the status", method: "POST", path: `${one}/status`, question: { body: template("c") } },
  { name: "after all of it", method: "GET", path: one },
  { name: "a list after all of it", method: "GET", path: `${group}/templates?labelSelector=rack` },
];
