// Which events are asked for: where they are looked for, and what of them is handed over.
import type { MachineEvent } from "@neverland/api";
import type { ListOptions } from "@neverland/store/resource-store.ts";
import { isSelected } from "@neverland/store/selector.ts";
import type { Entry } from "../memory/entry-list.ts";
import type { EventIndex, IndexedField } from "../memory/event-index.ts";
import type { EventMemory } from "../memory/event-memory.ts";

/** The shortest list that has all that are asked for. */
export function candidates(index: EventIndex, { namespace, fields = [] }: ListOptions): readonly Entry[] {
  const lists = fields.flatMap((clause) => {
    if (clause.operator !== "in") return [];
    const [value, ...others] = clause.values;
    if (value === undefined || value === "" || others.length > 0) return [];
    if (clause.key === "metadata.name" && namespace !== undefined) {
      const entry = index.get({ namespace, name: value });
      return [entry === undefined ? [] : [entry]];
    }
    return isIndexed(clause.key) ? [index.withField(clause.key, value)] : [];
  });
  const all = namespace === undefined ? index.entries : index.inNamespace(namespace);
  return lists.reduce((shortest, list) => (list.length < shortest.length ? list : shortest), all);
}

/** The event, when it is there and is asked for. */
export function selected(
  memory: Pick<EventMemory, "resourceOf">,
  entry: Entry,
  { namespace, labels = [], fields = [] }: ListOptions,
): MachineEvent | undefined {
  if (entry.isGone || (namespace !== undefined && entry.namespace !== namespace)) return undefined;
  const object = memory.resourceOf(entry);
  return labels.length + fields.length === 0 || isSelected(object, { labels, fields }) ? object : undefined;
}

function isIndexed(key: string): key is IndexedField {
  return key === "spec.hardware" || key === "spec.mac" || key === "spec.workflow";
}
