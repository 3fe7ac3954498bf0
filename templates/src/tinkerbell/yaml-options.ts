// How YAML is read and written here: version 1.1, as Go's YAML packages and with them Kubernetes have it.
import type { CreateNodeOptions, DocumentOptions, ParseOptions, SchemaOptions, Tags, ToStringOptions } from "yaml";

type YamlOptions = ParseOptions & DocumentOptions & SchemaOptions;

function without(...names: readonly string[]): (tags: Tags) => Tags {
  const unwanted = names.map((name) => `tag:yaml.org,2002:${name}`);
  return (tags) => tags.filter((tag) => typeof tag === "string" || !unwanted.includes(tag.tag));
}

/** Dates and binaries stay the text they are written as. */
export const readOptions: YamlOptions = {
  version: "1.1",
  merge: true,
  prettyErrors: false,
  customTags: without("timestamp", "binary", "omap", "pairs", "set"),
};
/** A text that could be read as a date is quoted; a Map is a plain mapping. */
export const writeOptions: DocumentOptions & SchemaOptions & CreateNodeOptions & ToStringOptions = {
  version: "1.1",
  lineWidth: 0,
  indentSeq: false,
  aliasDuplicateObjects: false,
  customTags: without("binary", "omap", "pairs", "set"),
};
export const MAX_ALIASES = 100;
