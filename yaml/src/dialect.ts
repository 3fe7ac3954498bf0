// Which YAML is read: version 1.1, as Go's packages and with them Kubernetes have it.
import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, Tags } from "yaml";
import { numberOf } from "./go-number.ts";

const [floatTag, intTag] = ["tag:yaml.org,2002:float", "tag:yaml.org,2002:int"];
/** What Kubernetes reads none of: dates and binaries stay the text they are written as. The package's numbers need no digit: `e1` is one. */
const foreign = ["timestamp", "binary", "omap", "pairs", "set", "int", "float"].map(
  (name) => `tag:yaml.org,2002:${name}`,
);

const begin = /^[-+.0-9]/;
const number = { default: true, test: begin } as const;
/** Each is a plain word's when it begins as a number does, and is a text still when it goes on otherwise. */
const numbers: readonly ScalarTag[] = [
  { ...number, tag: floatTag, resolve: (text) => numberOf(text) ?? text },
  {
    ...number,
    tag: intTag,
    resolve: (text, onError) => {
      const value = numberOf(text);
      if (!Number.isInteger(value)) onError(`${text} is no whole number`);
      return value;
    },
  },
];

function asInKubernetes(tags: Tags): Tags {
  return [...tags.filter((tag) => typeof tag === "string" || !foreign.includes(tag.tag)), ...numbers];
}

export const dialect: ParseOptions & DocumentOptions & SchemaOptions = {
  version: "1.1",
  merge: true,
  prettyErrors: false,
  customTags: asInKubernetes,
  // The package compares each key with all before it; check-nodes.ts looks them up.
  uniqueKeys: false,
};
