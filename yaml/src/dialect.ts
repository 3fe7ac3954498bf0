// Which YAML is read: version 1.1, as Go's packages and with them Kubernetes have it.
import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from "yaml";

/** Kubernetes reads none of these: dates and binaries stay the text they are written as. */
const foreign = ["timestamp", "binary", "omap", "pairs", "set"].map((name) => `tag:yaml.org,2002:${name}`);

/** YAML 1.1 also reads the MAC 52:54:00:00:00:01 as a number to base 60; Go does not. */
function asInKubernetes(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || (tag.format !== "TIME" && !foreign.includes(tag.tag)));
}

export const dialect: ParseOptions & DocumentOptions & SchemaOptions = {
  version: "1.1",
  merge: true,
  prettyErrors: false,
  customTags: asInKubernetes,
  // The package compares each key with all before it; check-nodes.ts looks them up.
  uniqueKeys: false,
};
