// What is told of a field selector that found nothing: a value that its field never has.
import { kindOf } from "@neverland/api";
import { fieldAt, fieldDocs } from "@neverland/api/field-docs";
import type { KindNames } from "@neverland/api/kind-names";
import { nearestName } from "@neverland/yaml";

/** A sentence for each, of fields whose values are a closed list. What is asked not to be so is no doubt. */
export function selectorDoubts(kind: KindNames, selector: string): string[] {
  const docs = fieldDocs(kindOf(kind));
  return selector.split(",").flatMap((term) => {
    const [, path = "", value = ""] = /^\s*([^=!]+?)\s*==?\s*(.*?)\s*$/.exec(term) ?? [];
    const values = fieldAt(docs, path.split("."))?.values;
    if (value === "" || values === undefined || values.includes(value)) return [];
    const near = nearestName(value, values);
    const meant = near === undefined ? "" : ` did you mean ${near}?`;
    return [`${path} is never ${value}:${meant} it is one of ${values.filter((each) => each !== "").join(", ")}`];
  });
}
