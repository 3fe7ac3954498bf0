// Which machines and workflows `tink explain` is asked for, from its words.
import { isIP } from "node:net";
import { CliError } from "../cli-error.ts";
import { macOf } from "../command-line/address-values.ts";
import { findKindNamed, readKind } from "../command-line/resource-names.ts";

export type Asked = {
  readonly by: "name" | "workflow" | "mac" | "address";
  readonly value: string;
  /** As it was typed. */
  readonly word: string;
};

/** `KIND NAME…`, or once or more: `NAME`, `KIND/NAME`, a MAC in any spelling, an address. @throws {CliError} `usage` */
export function readAsked(words: readonly string[]): Asked[] {
  const [first = "", ...names] = words;
  // A machine may have a kind's name, when it stands alone.
  if (names.length > 0 && findKindNamed(first) !== undefined && !names.some((name) => name.includes("/")))
    return names.map((name) => ofKind(first, name, name));
  return words.map(readOne);
}

function readOne(word: string): Asked {
  const [value = "", name, ...rest] = word.split("/");
  if (name !== undefined) return ofKind(value, rest.length > 0 ? "" : name, word);
  if (value === "") throw new CliError("usage", "Name a machine: by name, MAC, address or workflow/NAME");
  const mac = macOf(value);
  if (mac !== undefined) return { by: "mac", value: mac, word };
  return { by: isIP(value) === 0 ? "name" : "address", value, word };
}

function ofKind(kind: string, name: string, word: string): Asked {
  const { kind: subject } = readKind(kind);
  if (name === "" || (subject !== "Hardware" && subject !== "Workflow"))
    throw new CliError("usage", `${word}: expected hardware/NAME or workflow/NAME`);
  return { by: subject === "Hardware" ? "name" : "workflow", value: name, word };
}
