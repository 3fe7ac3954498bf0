// Reads objects in Kubernetes' protobuf form, in which kubectl sends the kinds that it has built in (`create secret`), and Go's
// typed clients the options of their deletion too.
// The envelope is k8s.io/apimachinery/pkg/runtime/generated.proto `Unknown` after four bytes of magic; metadata is
// k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto `ObjectMeta`; the rest of a kind is in its KindInfo.

import { WireType } from "@bufbuild/protobuf/wire";
import type { ProtobufFields as Fields, JsonObject, KindInfo, ProtobufField } from "@neverland/api";
import { ApiFault } from "./api-fault.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

export const protobufType = "application/vnd.kubernetes.protobuf";

const magic = Buffer.from("k8s\0");
/** By name. What is repeated is gathered in an array or a map, so that each element costs the same however many there are. */
type Values = Map<string, boolean | number | string | string[] | Map<string, string> | JsonObject>;

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

/** @throws {ApiFault} `BadRequest`, `RequestEntityTooLarge`. */
export function readProtobuf(body: Uint8Array, kind: KindInfo): JsonObject {
  const { protobuf } = kind;
  if (!protobuf) throw unreadable(`a ${kind.kind} has no protobuf form`);
  return reading(() => readObject(unwrap(body), protobuf));
}

/** DeleteOptions, which are the same for every kind. @throws {ApiFault} `BadRequest`, `RequestEntityTooLarge`. */
export function readProtobufOptions(body: Uint8Array): JsonObject {
  return reading(() => {
    let conditions: JsonObject | undefined;
    const options = readFields(unwrap(body), deleteOptions, (number, reader) => {
      if (number === 2) conditions = readFields(reader.message(), preconditions);
      return number === 2;
    });
    return { ...options, ...(conditions && { preconditions: conditions }) };
  });
}

function reading(read: () => JsonObject): JsonObject {
  try {
    return read();
  } catch (error) {
    if (error instanceof ApiFault) throw error;
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

/** The object inside of the envelope, whose type the path has said already. */
function unwrap(body: Uint8Array): ProtobufReader {
  if (Buffer.compare(body.subarray(0, magic.length), magic) !== 0) throw new RangeError("no k8s envelope");
  const envelope = new ProtobufReader(body.subarray(magic.length));
  let raw: ProtobufReader | undefined;
  eachField(envelope, (number, reader, wire) => {
    if (number === 2 && wire === WireType.LengthDelimited) raw = reader.message();
    else reader.skip(wire, number);
  });
  return raw ?? new ProtobufReader(new Uint8Array());
}

function readObject(message: ProtobufReader, fields: Fields): JsonObject {
  const values: Values = new Map();
  eachField(message, (number, reader, wire) => {
    if (number === 1 && wire === WireType.LengthDelimited) values.set("metadata", readMetadata(reader.message()));
    else readField(values, fields[number], number, reader, wire);
  });
  return toJson(values);
}

function readMetadata(message: ProtobufReader): JsonObject {
  const owners: JsonObject[] = [];
  const metadata = readFields(message, objectMeta, (number, reader) => {
    if (number === 13) owners.push(readFields(reader.message(), ownerReference));
    return number === 13;
  });
  return { ...metadata, ...(owners.length > 0 && { ownerReferences: owners }) };
}

function readFields(
  message: ProtobufReader,
  fields: Fields,
  take: (number: number, reader: ProtobufReader) => boolean = () => false,
): JsonObject {
  const values: Values = new Map();
  eachField(message, (number, reader, wire) => {
    if (!take(number, reader)) readField(values, fields[number], number, reader, wire);
  });
  return toJson(values);
}

function readField(
  values: Values,
  field: ProtobufField | undefined,
  number: number,
  reader: ProtobufReader,
  wire: WireType,
): void {
  if (!field || wireOf(field) !== wire) return void reader.skip(wire, number);
  const before = values.get(field.name);
  switch (field.type) {
    case "flag":
      values.set(field.name, reader.bool());
      break;
    case "integer":
      values.set(field.name, reader.int32());
      break;
    case "micro-time":
      values.set(field.name, readMicroTime(reader.message()));
      break;
    case "message":
      values.set(field.name, readFields(reader.message(), field.fields));
      break;
    case "text":
      values.set(field.name, reader.string());
      break;
    case "texts": {
      const texts = Array.isArray(before) ? before : [];
      texts.push(reader.string());
      values.set(field.name, texts);
      break;
    }
    case "text-map":
    case "bytes-map": {
      const map = before instanceof Map ? before : new Map<string, string>();
      values.set(field.name, map.set(...readEntry(reader.message(), field.type === "bytes-map")));
      break;
    }
  }
}

function wireOf({ type }: ProtobufField): WireType {
  return type === "flag" || type === "integer" ? WireType.Varint : WireType.LengthDelimited;
}

/** meta/v1 `MicroTime`, of which the seconds are a year's from 1 to 9999. */
function readMicroTime(message: ProtobufReader): string {
  let [seconds, nanos] = [0, 0];
  eachField(message, (number, reader, wire) => {
    if (number === 1 && wire === WireType.Varint) seconds = Number(reader.int64());
    else if (number === 2 && wire === WireType.Varint) nanos = reader.int32();
    else reader.skip(wire, number);
  });
  const micros = String(Math.floor(nanos / 1000)).padStart(6, "0");
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${micros}Z`;
}

/** Bytes become base64, as they stand in JSON. */
function readEntry(message: ProtobufReader, isBytes: boolean): [string, string] {
  let entry: [string, string] = ["", ""];
  eachField(message, (number, reader, wire) => {
    if (wire !== WireType.LengthDelimited) reader.skip(wire, number);
    else if (number === 1) entry = [reader.string(), entry[1]];
    else entry = [entry[0], isBytes ? Buffer.from(reader.bytes()).toString("base64") : reader.string()];
  });
  return entry;
}

function toJson(values: Values): JsonObject {
  return Object.fromEntries(
    Array.from(values, ([name, value]) => [name, value instanceof Map ? Object.fromEntries(value) : value]),
  );
}

function eachField(
  message: ProtobufReader,
  read: (number: number, reader: ProtobufReader, wire: WireType) => void,
): void {
  while (message.pos < message.len) {
    const [number, wire] = message.tag();
    read(number, message, wire);
  }
}

function unreadable(reason: string): ApiFault {
  return new ApiFault("BadRequest", `The body of the request cannot be read as protobuf: ${reason}`);
}
