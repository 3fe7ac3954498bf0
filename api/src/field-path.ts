// Dotted paths into objects, as indexes, unique fields and sensitive fields are declared: `spec.interfaces[].dhcp.mac`.

/** One value that a path leads to. `field` is the way to it, with places in lists: `spec.interfaces[0].dhcp.mac`. */
export type FoundField = { readonly field: string; readonly value: unknown };

/** Every value at `path`; `[]` after a step goes through a list. What is not there, or null, is not found. */
export function fieldsAt(object: unknown, path: string): FoundField[] {
  let found: FoundField[] = [{ field: "", value: object }];
  for (const step of path.split(".").filter((part) => part !== "")) {
    const isList = step.endsWith("[]");
    const name = isList ? step.slice(0, -2) : step;
    found = found.flatMap(({ field, value }): FoundField[] => {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [];
      const next = { field: field === "" ? name : `${field}.${name}`, value: Reflect.get(value, name) };
      if (!isList) return [next];
      if (!Array.isArray(next.value)) return [];
      return next.value.map((item, index) => ({ field: `${next.field}[${index}]`, value: item }));
    });
  }
  return found.filter(({ value }) => value !== undefined && value !== null);
}

/** A place in an object as Kubernetes names it: `spec.interfaces[0].dhcp.mac`, `metadata.labels[a/b]`. */
export function fieldName(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, step) => `${name}${formatStep(step)}`, root);
}

function formatStep(step: PropertyKey): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[\w-]+$/.test(String(step)) ? `.${String(step)}` : `[${String(step)}]`;
}

/** A place in an object as people write it: `spec.interfaces[0].dhcp.mac`, whatever characters a name has. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
}
