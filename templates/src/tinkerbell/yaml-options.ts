// How YAML is read here: version 1.1, as Go's YAML packages and with them Kubernetes read it.
import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from "yaml";

// Dates and binaries stay the text they are written as.
const LEFT_OUT = ["tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:binary"];

export const yamlOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  version: "1.1",
  merge: true,
  customTags: (tags: Tags) => tags.filter((tag) => typeof tag === "string" || !LEFT_OUT.includes(tag.tag)),
};
export const MAX_ALIASES = 100;
