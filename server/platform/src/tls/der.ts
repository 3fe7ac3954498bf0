// The few forms of DER (ITU-T X.690) that a certificate is written in. Nothing is read here: Node's own parser does that.

/** One value with its tag and length. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts);
export const octets = (...parts: readonly Uint8Array[]): Buffer => der(0x04, ...parts);
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const truth = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
/** A field of a choice or an optional one, by its number. */
export const tagged = (number: number, ...parts: readonly Uint8Array[]): Buffer => der(0xa0 | number, ...parts);
/** As {@link tagged}, of a value that has no parts. */
export const taggedPlain = (number: number, content: Uint8Array): Buffer => der(0x80 | number, content);

/** @param bytes Of a number that is not negative, the highest first. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Uint8Array.of(0) : bytes.subarray(start);
  // A first bit that is set would make it negative.
  return der(0x02, (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : Uint8Array.of(), digits);
}

/** @param unused How many of the last byte's lowest bits mean nothing. */
export function bits(content: Uint8Array, unused = 0): Buffer {
  return der(0x03, Uint8Array.of(unused), content);
}

/** @param dotted `2.5.29.17`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return der(0x06, Uint8Array.from([first * 40 + second, ...others].flatMap(base128)));
}

/** Whole seconds; RFC 5280 §4.1.2.5 wants two digits of the year before 2050, and four from then on. */
export function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
  return Number(text.slice(0, 4)) < 2050 ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

function lengthOf(count: number): number[] {
  if (count < 0x80) return [count];
  const bytes: number[] = [];
  for (let rest = count; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
