// What an object is called: its name, and the namespace that the name is of.

/** Name within a namespace; with a kind, the identity of a resource. */
export type ResourceKey = { readonly namespace: string; readonly name: string };

/** `namespace/name`, as in the `workflow_id` of the worker protocol; `name` of what belongs to no namespace. */
export function formatKey({ namespace, name }: ResourceKey): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The reverse of {@link formatKey}, of a kind of this scope; `undefined` when `text` is not of that form. */
export function parseKey(text: string, scope: "namespace" | "cluster" = "namespace"): ResourceKey | undefined {
  const [namespace, name, ...rest] = scope === "cluster" ? ["", ...text.split("/")] : text.split("/");
  const isName = (part: string | undefined): part is string => part !== undefined && /^[a-z0-9][\w.:-]*$/i.test(part);
  const isWhole = isName(name) && rest.length === 0 && (scope === "cluster" || isName(namespace));
  return isWhole ? { namespace: namespace ?? "", name } : undefined;
}
