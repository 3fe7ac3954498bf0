// Who owns which field: of objects that several managers write, each in its own way.
import { type Exchange, patchOf, template, templates } from "../exchange.ts";

const one = `${templates}/owned`;

type Owning = Omit<Exchange, "withOwners">;
const patch = (
  name: string,
  type: Parameters<typeof patchOf>[0],
  manager: string,
  body: unknown,
  rest = "",
): Owning => ({
  name,
  method: "PATCH",
  path: `${one}${rest.startsWith("/") ? rest : ""}?fieldManager=${manager}${rest.startsWith("&") ? rest : ""}`,
  question: patchOf(type, body),
});

const all: readonly Owning[] = [
  {
    name: "owned: made by one",
    method: "POST",
    path: `${templates}?fieldManager=maker`,
    question: { body: template("owned", { labels: { rack: "one", row: "a" }, finalizers: ["example.org/hold"] }) },
  },
  patch("owned: a label changed by another", "merge", "labeller", { metadata: { labels: { rack: "two" } } }),
  patch("owned: nothing changed by a third", "merge", "idler", { metadata: { labels: { rack: "two" } } }),
  patch(
    "owned: applied, with a conflict",
    "apply",
    "applier",
    template("owned", { labels: { rack: "three" } }, "applied"),
  ),
  patch(
    "owned: applied by force",
    "apply",
    "applier",
    template("owned", { labels: { rack: "three" } }, "applied"),
    "&force=true",
  ),
  patch(
    "owned: applied with the same value by a second",
    "apply",
    "second",
    template("owned", { labels: { rack: "three" } }, "applied"),
  ),
  patch("owned: applied without the label", "apply", "applier", template("owned", {}, "applied")),
  patch("owned: let go by the second, too", "apply", "second", { ...template("owned"), spec: {} }),
  patch("owned: a JSON patch", "json", "jsoner", [{ op: "add", path: "/metadata/annotations", value: { note: "x" } }]),
  patch("owned: the status merged", "merge", "controller", { status: { state: "Ready" } }, "/status"),
  patch(
    "owned: the status applied",
    "apply",
    "controller",
    { apiVersion: "tinkerbell.org/v1alpha1", kind: "Template", status: { state: "Error" } },
    "/status",
  ),
  patch(
    "owned: a finalizer applied",
    "apply",
    "guard",
    template("owned", { finalizers: ["example.org/guard"] }, "applied"),
  ),
  { name: "owned: in the end", method: "GET", path: one },
  {
    name: "owned: made by an apply",
    method: "PATCH",
    path: `${templates}/applied-first?fieldManager=applier`,
    question: patchOf("apply", template("applied-first", { labels: { rack: "one" } })),
  },
  {
    name: "owned: made by a program without a name",
    method: "POST",
    path: templates,
    question: { body: template("nameless") },
  },
  {
    name: "owned: made by a program that its agent names",
    method: "POST",
    path: templates,
    question: { body: template("agent"), headers: { "user-agent": "my-tool/1.2 (linux)" } },
    label: "agent",
  },
  {
    name: "owned: a PUT without the owners",
    method: "PUT",
    path: `${templates}/agent?fieldManager=replacer`,
    question: (seen) => {
      const { resourceVersion } = seen("agent").metadata;
      return { body: template("agent", { resourceVersion, managedFields: undefined }, "replaced") };
    },
  },
];

export const owning: readonly Exchange[] = all.map((exchange) => ({ ...exchange, withOwners: true }));
