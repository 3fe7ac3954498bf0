// What is valid YAML and mostly a slip of the pen: texts that a comment ate, and quotes that are letters. Told, and never refused.
import type { ManifestFault } from "@neverland/api/manifest";
import type { ManifestObject } from "./manifest-files.ts";

/** Of one object. */
const mostTold = 5;

/** What word processors and web pages make of plain quotes, where a value would begin or end: alone, or in the lines of a longer text. */
const typographic = /^[“”„‟«]|[“”‟»]$|^[ \t]*(?:- )*[\w.-]*:?[ \t]+[“”„‟«]/m;

export function manifestDoubts({ resource, source }: ManifestObject): ManifestFault[] {
  const doubts: ManifestFault[] = [];
  const look = (value: unknown, path: readonly PropertyKey[]): void => {
    if (doubts.length === mostTold) return;
    if (value === null) {
      const place = source.faultAtKey(
        path,
        "it is empty: what follows begins with # and is a comment; put it in quotes",
      );
      if (/^[^\s:]+:[ \t]+#\S/.test(source.line(place.line).slice(place.column - 1))) doubts.push(place);
    } else if (typeof value === "string") {
      if (typographic.test(value))
        doubts.push(source.faultAt(path, "it has typographic quotes, which are letters like others: write plain ones"));
    } else if (typeof value === "object") {
      for (const [name, inner] of Object.entries(value))
        look(inner, [...path, Array.isArray(value) ? Number(name) : name]);
    }
  };
  look(resource, []);
  return doubts;
}
