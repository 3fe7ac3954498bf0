// How many parts a message has, before it is decoded: each becomes an object or a value, and an empty one takes two bytes on the wire, so that
// a message of 1 MiB would be half a million objects and a second of the event loop.
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Deeper than any message that is taken here. */
const mostDepth = 32;

/** @returns Whether there are more than `most` fields in it, at all depths together. @throws What the reader throws of bytes that are no message. */
export function hasMoreParts(schema: DescMessage, message: Uint8Array, most: number): boolean {
  return count(schema, new BinaryReader(message), message.length, { left: most }, mostDepth);
}

function count(
  schema: DescMessage | undefined,
  reader: BinaryReader,
  end: number,
  parts: { left: number },
  depth: number,
): boolean {
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    parts.left -= 1;
    if (parts.left < 0) return true;
    const inner = wireType === WireType.LengthDelimited && depth > 0 ? messageOf(schema, number) : undefined;
    if (inner === undefined) reader.skip(wireType, number);
    else if (count(inner, reader, lengthDelimitedEnd(reader), parts, depth - 1)) return true;
  }
  return false;
}

function lengthDelimitedEnd(reader: BinaryReader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

function messageOf(schema: DescMessage | undefined, number: number): DescMessage | undefined {
  const field: DescField | undefined = schema?.fields.find((each) => each.number === number);
  return field?.fieldKind === "message" || (field?.fieldKind === "list" && field.listKind === "message")
    ? field.message
    : undefined;
}
