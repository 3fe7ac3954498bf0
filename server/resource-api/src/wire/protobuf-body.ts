// Reads objects in Kubernetes' protobuf form, in which kubectl sends the kinds that it has built in (`create secret`), and Go's
// typed clients the options of their deletion too.
// The envelope is k8s.io/apimachinery/pkg/runtime/generated.proto `Unknown` after four bytes of magic; metadata is
// k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto `ObjectMeta`; the rest of a kind is in its KindInfo.

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { KindInfo, ProtobufField } from "@neverland/api";
import type { JsonObject } from "@neverland/resources/json.ts";
import { ApiFault } from "./api-fault.ts";

export const protobufType = "application/vnd.kubernetes.protobuf";

const magic = Buffer.from("k8s\0");
type Fields = { readonly [number: number]: ProtobufField };

const ownerReference: Fields = {
  1: { name: "kind", type: "text" },
  3: { name: "name", type: "text" },
  4: { name: "uid", type: "text" },
  5: { name: "apiVersion", type: "text" },
  6: { name: "controller", type: "flag" },
  7: { name: "blockOwnerDeletion", type: "flag" },
};
const objectMeta: Fields = {
  1: { name: "name", type: "text" },
  2: { name: "generateName", type: "text" },
  3: { name: "namespace", type: "text" },
  5: { name: "uid", type: "text" },
  6: { name: "resourceVersion", type: "text" },
  11: { name: "labels", type: "text-map" },
  12: { name: "annotations", type: "text-map" },
  14: { name: "finalizers", type: "texts" },
};

/** meta/v1 `DeleteOptions`, without the seconds of grace, which only pods have. */
const deleteOptions: Fields = {
  3: { name: "orphanDependents", type: "flag" },
  4: { name: "propagationPolicy", type: "text" },
  5: { name: "dryRun", type: "texts" },
};
const preconditions: Fields = { 1: { name: "uid", type: "text" }, 2: { name: "resourceVersion", type: "text" } };

/** @throws {ApiFault} `BadRequest`. */
export function readProtobuf(body: Uint8Array, kind: KindInfo): JsonObject {
  const { protobuf } = kind;
  if (!protobuf) throw unreadable(`a ${kind.kind} has no protobuf form`);
  return reading(() => readObject(unwrap(body), protobuf));
}

/** DeleteOptions, which are the same for every kind. @throws {ApiFault} `BadRequest`. */
export function readProtobufOptions(body: Uint8Array): JsonObject {
  return reading(() => {
    let conditions: JsonObject | undefined;
    const options = readFields(unwrap(body), deleteOptions, (number, reader) => {
      if (number === 2) conditions = readFields(reader.bytes(), preconditions);
      return number === 2;
    });
    return { ...options, ...(conditions && { preconditions: conditions }) };
  });
}

function reading(read: () => JsonObject): JsonObject {
  try {
    return read();
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

/** The object inside of the envelope, whose type the path has said already. */
function unwrap(body: Uint8Array): Uint8Array {
  if (Buffer.compare(body.subarray(0, magic.length), magic) !== 0) throw new RangeError("no k8s envelope");
  let raw: Uint8Array = new Uint8Array();
  eachField(body.subarray(magic.length), (number, reader, wire) => {
    if (number === 2 && wire === WireType.LengthDelimited) raw = reader.bytes();
    else reader.skip(wire, number);
  });
  return raw;
}

function readObject(bytes: Uint8Array, fields: Fields): JsonObject {
  const object = new Map<string, unknown>();
  eachField(bytes, (number, reader, wire) => {
    if (number === 1 && wire === WireType.LengthDelimited) object.set("metadata", readMetadata(reader.bytes()));
    else readField(object, fields[number], number, reader, wire);
  });
  return Object.fromEntries(object);
}

function readMetadata(bytes: Uint8Array): JsonObject {
  const owners: JsonObject[] = [];
  const metadata = readFields(bytes, objectMeta, (number, reader) => {
    if (number === 13) owners.push(readFields(reader.bytes(), ownerReference));
    return number === 13;
  });
  return { ...metadata, ...(owners.length > 0 && { ownerReferences: owners }) };
}

function readFields(
  bytes: Uint8Array,
  fields: Fields,
  take: (number: number, reader: BinaryReader) => boolean = () => false,
): JsonObject {
  const object = new Map<string, unknown>();
  eachField(bytes, (number, reader, wire) => {
    if (!take(number, reader)) readField(object, fields[number], number, reader, wire);
  });
  return Object.fromEntries(object);
}

function readField(
  object: Map<string, unknown>,
  field: ProtobufField | undefined,
  number: number,
  reader: BinaryReader,
  wire: WireType,
): void {
  if (!field || (field.type === "flag") !== (wire === WireType.Varint)) return void reader.skip(wire, number);
  const before = object.get(field.name);
  switch (field.type) {
    case "flag":
      object.set(field.name, reader.bool());
      break;
    case "text":
      object.set(field.name, reader.string());
      break;
    case "texts":
      object.set(field.name, [...(Array.isArray(before) ? before : []), reader.string()]);
      break;
    case "text-map":
    case "bytes-map": {
      const [key, value] = readEntry(reader.bytes(), field.type === "bytes-map");
      object.set(field.name, { ...(before ?? {}), ...Object.fromEntries([[key, value]]) });
      break;
    }
  }
}

/** Bytes become base64, as they stand in JSON. */
function readEntry(bytes: Uint8Array, isBytes: boolean): [string, string] {
  let entry: [string, string] = ["", ""];
  eachField(bytes, (number, reader, wire) => {
    if (wire !== WireType.LengthDelimited) reader.skip(wire, number);
    else if (number === 1) entry = [reader.string(), entry[1]];
    else entry = [entry[0], isBytes ? Buffer.from(reader.bytes()).toString("base64") : reader.string()];
  });
  return entry;
}

function eachField(bytes: Uint8Array, read: (number: number, reader: BinaryReader, wire: WireType) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    read(number, reader, wire);
  }
}

function unreadable(reason: string): ApiFault {
  return new ApiFault("BadRequest", `The body of the request cannot be read as protobuf: ${reason}`);
}
