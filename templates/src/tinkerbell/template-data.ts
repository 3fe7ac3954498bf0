// What a Tinkerbell template is rendered on: hardwareMap entries, `.Hardware`, `.hardware` and `.references`.
import { toBytes } from "../values/bytes.ts";
import { fromPlain } from "../values/plain.ts";
import type { GoType, StructType } from "../values/types.ts";
import { dictOf, GoInt, type GoMap, GoPointer, GoSlice, GoStruct, type GoValue, zeroOf } from "../values/values.ts";
import { hardwareDataType } from "./hardware-types.ts";

/** A resource as its JSON has it. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface TemplateInputs {
  /** The Hardware resource as JSON; without it `.Hardware` and `.hardware` are empty, as upstream. */
  readonly hardware?: JsonObject | undefined;
  /** Root variables of the template, mostly `device_1: <mac>`. */
  readonly hardwareMap: Readonly<Record<string, string>>;
  /** Whole resources that the Hardware refers to, by the name of the reference. */
  readonly references?: Readonly<Record<string, JsonObject>> | undefined;
}

/** `Hardware`, `hardware` and `references` win over entries of hardwareMap with those names. */
export function templateData({ hardware = {}, hardwareMap, references = {} }: TemplateInputs): GoMap {
  const entries = new Map<string, GoValue>();
  for (const [key, value] of Object.entries(hardwareMap)) entries.set(toBytes(key), toBytes(value));
  entries.set("hardware", fromPlain(withDefaults(hardware)));
  entries.set("Hardware", legacyHardware(asObject(hardware.spec)));
  entries.set("references", fromPlain(references));
  return dictOf(entries);
}

/** Upstream reads the resource into structs first, which leaves these there even when nothing was said. */
function withDefaults(hardware: JsonObject): JsonObject {
  return {
    ...hardware,
    metadata: { creationTimestamp: null, ...asObject(hardware.metadata) },
    spec: { auto: {}, ...asObject(hardware.spec) },
    status: asObject(hardware.status),
  };
}

function legacyHardware(spec: JsonObject): GoStruct {
  const disks = Array.isArray(spec.disks) ? spec.disks.map((disk) => asObject(disk).device ?? "") : null;
  const data = {
    Disks: disks,
    Interfaces: spec.interfaces,
    UserData: spec.userData,
    Metadata: spec.metadata,
    VendorData: spec.vendorData,
  };
  return decodeStruct(hardwareDataType, data);
}

/** JSON as a value of a Go type; what does not fit is the zero value, for the API has checked it before. */
function decode(type: GoType, data: unknown): GoValue {
  if (data === null || data === undefined) return zeroOf(type);
  switch (type.kind) {
    case "ptr":
      return new GoPointer(type, decode(type.elem, data));
    case "slice":
      return Array.isArray(data)
        ? new GoSlice(
            type,
            data.map((item) => decode(type.elem, item)),
          )
        : zeroOf(type);
    case "struct":
      return decodeStruct(type, asObject(data));
    case "string":
      return typeof data === "string" ? toBytes(data) : "";
    case "bool":
      return data === true;
    case "int64":
      return Number.isSafeInteger(data)
        ? new GoInt({ kind: "int64", name: type.name }, BigInt(Number(data)))
        : zeroOf(type);
    default:
      return zeroOf(type);
  }
}

function decodeStruct(type: StructType, data: JsonObject): GoStruct {
  return new GoStruct(
    type,
    type.fields.map((field) => decode(field.type, data[field.json])),
  );
}

/** Of JSON; what is no object is an empty one. */
export function asObject(data: unknown): JsonObject {
  // JSON: an object has string keys and values of any kind.
  return typeof data === "object" && data !== null && !Array.isArray(data) ? (data as JsonObject) : {};
}
