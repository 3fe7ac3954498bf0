// Dotted paths into objects, as indexes, unique fields and sensitive fields are declared: `spec.interfaces[].dhcp.mac`.

/** One value that a path leads to. `field` is the way to it, with places in lists: `spec.interfaces[0].dhcp.mac`. */
export type FoundField = { readonly field: string; readonly value: unknown };

export type FieldStep = { readonly name: string; readonly isList: boolean };

/** A path taken apart: for who asks for it of very many objects. */
export function fieldSteps(path: string): readonly FieldStep[] {
  const steps = path.split(".").filter((step) => step !== "");
  return steps.map((step) => ({ name: step.replace(/\[\]$/, ""), isList: step.endsWith("[]") }));
}

/** Every value at `path`; `[]` after a step goes through a list. What is not there, or null, is not found. */
export function fieldsAt(object: unknown, path: string | readonly FieldStep[]): FoundField[] {
  let found: FoundField[] = [{ field: "", value: object }];
  for (const { name, isList } of typeof path === "string" ? fieldSteps(path) : path)
    found = found.flatMap(({ field, value }): FoundField[] => {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [];
      const next = { field: field === "" ? name : `${field}.${name}`, value: Reflect.get(value, name) };
      if (!isList) return [next];
      if (!Array.isArray(next.value)) return [];
      return next.value.map((item, index) => ({ field: `${next.field}[${index}]`, value: item }));
    });
  return found.filter(({ value }) => value !== undefined && value !== null);
}

/** Whether `isIt` holds of one of the values that {@link fieldsAt} finds: seen without making anything. */
export function isSomeAt(
  value: unknown,
  steps: readonly FieldStep[],
  isIt: (value: unknown) => boolean,
  at = 0,
): boolean {
  const step = steps[at];
  if (value === undefined || value === null) return false;
  if (step === undefined) return isIt(value);
  if (typeof value !== "object" || !Object.hasOwn(value, step.name)) return false;
  const next: unknown = Reflect.get(value, step.name);
  if (!step.isList) return isSomeAt(next, steps, isIt, at + 1);
  return Array.isArray(next) && next.some((item) => isSomeAt(item, steps, isIt, at + 1));
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
