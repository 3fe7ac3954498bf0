// Writes protobuf messages field by field: what gnostic's two versions of OpenAPI have in common. What is absent is not written.
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { isObject } from "@neverland/api";

/** Writes the fields of one message. */
export type Message = (writer: BinaryWriter) => void;

/** Wire types: 64 bits, and length-delimited. */
const field = { varint: 0, double: 1, string: 2 } as const;

export function encode(message: Message): Buffer {
  const writer = new BinaryWriter();
  message(writer);
  return Buffer.from(writer.finish());
}

/** The `x-` members, whose values are YAML, of which JSON is a part. */
export function extensions(writer: BinaryWriter, number: number, value: unknown): void {
  for (const [name, extension] of entries(value))
    if (name.startsWith("x-")) nested(writer, number, named(name, any(extension)));
}

export function any(value: unknown): Message {
  return (writer) => text(writer, 2, JSON.stringify(value));
}

export function named(name: string, value: Message): Message {
  return (writer) => {
    text(writer, 1, name);
    nested(writer, 2, value);
  };
}

export function nested(writer: BinaryWriter, number: number, message: Message): void {
  writer.tag(number, field.string).fork();
  message(writer);
  writer.join();
}

export function text(writer: BinaryWriter, number: number, value: unknown): void {
  if (typeof value === "string" && value !== "") writer.tag(number, field.string).string(value);
}

export function flag(writer: BinaryWriter, number: number, value: unknown): void {
  if (value === true) writer.tag(number, field.varint).bool(true);
}

export function double(writer: BinaryWriter, number: number, value: unknown): void {
  if (typeof value === "number") writer.tag(number, field.double).double(value);
}

export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function entries(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}
