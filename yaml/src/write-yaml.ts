// Writes plain values as YAML.
import {
  type CreateNodeOptions,
  type DocumentOptions,
  type SchemaOptions,
  stringify,
  type ToStringOptions,
} from "yaml";
import { emitYaml } from "./emit-yaml.ts";

/** Tags that would be written of JavaScript's own types; a Map is a plain mapping here. */
const foreign = ["binary", "omap", "pairs", "set"].map((name) => `tag:yaml.org,2002:${name}`);

/** Of version 1.1, so that a text which that takes for a boolean, a number or a date (`yes`, `0600`) is quoted. */
const goStyle: DocumentOptions & SchemaOptions & CreateNodeOptions & ToStringOptions = {
  version: "1.1",
  lineWidth: 0,
  indentSeq: false,
  aliasDuplicateObjects: false,
  customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !foreign.includes(tag.tag)),
};

/** Written as they are by the package, and refused by every other reader. */
const unprintable = /(?![\t\n\r\u0085])\p{Cc}|[\ufffe\uffff]/u;

/** A key of this name is one that merges, unless it is quoted, which the package does not do. */
const merge = /<<\s*:/;

/** As Go's sigs.k8s.io/yaml and kubectl write it: block style, lists not indented, no line folded. Ends with a newline. */
export function writeYaml(value: unknown): string {
  const text = stringify(value, goStyle);
  return unprintable.test(text) || merge.test(text) ? emitYaml(value) : text;
}
