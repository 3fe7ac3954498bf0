// The four functions that Tinkerbell adds, and the whole set a Tinkerbell template may call.
import { readYaml, writeYaml } from "@neverland/yaml";
import { builtins } from "../functions/builtins.ts";
import { defaultFunctions, typeFunctions } from "../functions/defaults.ts";
import { dictFunctions } from "../functions/dicts.ts";
import { encodingFunctions } from "../functions/encoding.ts";
import { jsonFunctions } from "../functions/json.ts";
import { listFunctions } from "../functions/lists.ts";
import { numberFunctions } from "../functions/numbers.ts";
import { pathFunctions } from "../functions/paths.ts";
import { regexFunctions } from "../functions/regex.ts";
import {
  any,
  bigInt,
  type CallContext,
  type FunctionMap,
  fn,
  type GoFunction,
  refuse,
  string,
} from "../functions/signature.ts";
import { splittingFunctions } from "../functions/splitting.ts";
import { stringFunctions } from "../functions/strings.ts";
import { wordFunctions } from "../functions/words.ts";
import { toBytes, toText } from "../values/bytes.ts";
import { fromPlain, toPlain } from "../values/plain.ts";
import type { GoValue } from "../values/values.ts";

/** Names by device: /dev/disk/... takes -partN, a name that ends in a digit pN, any other N. */
function formatPartition(device: string, partition: bigint | number): string {
  if (device.startsWith("/dev/disk/")) return `${device}-part${partition}`;
  return /[0-9]$/.test(device) ? `${device}p${partition}` : `${device}${partition}`;
}

/** `255.255.255.0` is `24`. A mask with holes counts as 0, as Go counts it. */
function netmaskToPrefixLength(netmask: string): string {
  const parts = netmask.split(".");
  const valid = parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  if (!valid) {
    const isIpv6 = netmask.includes(":") && /^[0-9a-fA-F:.]+$/.test(netmask);
    return refuse(isIpv6 ? `netmask must be IPv4: ${netmask}` : `invalid netmask format: ${netmask}`);
  }
  const bits = parts.map((part) => Number(part).toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? String(bits.replaceAll("0", "").length) : "0";
}

function toYaml(value: GoValue, { budget }: CallContext): string {
  const plain = toPlain(value, budget);
  const text = writeYaml(plain);
  budget.spendYaml(text.length);
  return toBytes(text).replace(/\n$/, "");
}

function fromYaml(bytes: string, { budget }: CallContext): GoValue {
  budget.spendYaml(bytes.length);
  if (bytes === "") return refuse("fromYaml: empty YAML input");
  const read = readYaml(toText(bytes));
  if (read.ok) return fromPlain(read.document.value);
  const [{ line, column, message }] = read.faults;
  return refuse(toBytes(`fromYaml: error converting YAML to JSON: yaml: line ${line}, column ${column}: ${message}`));
}

const tinkerbellOwn: Readonly<Record<string, GoFunction>> = {
  formatPartition: fn([string, bigInt], string, formatPartition),
  netmaskToPrefixLength: fn([string], string, netmaskToPrefixLength),
  // As EKS Anywhere's templates call it.
  netmaskToCIDR: fn([string], string, netmaskToPrefixLength),
  toYaml: fn([any], string, toYaml),
  fromYaml: fn([string], any, fromYaml),
};

/** Every function of a Tinkerbell template. sprig's `slice` takes the place of the built-in one. */
export const tinkerbellFunctions: FunctionMap = new Map(
  Object.entries({
    ...builtins,
    ...stringFunctions,
    ...wordFunctions,
    ...splittingFunctions,
    ...defaultFunctions,
    ...typeFunctions,
    ...listFunctions,
    ...dictFunctions,
    ...numberFunctions,
    ...jsonFunctions,
    ...encodingFunctions,
    ...regexFunctions,
    ...pathFunctions,
    ...tinkerbellOwn,
  }),
);
