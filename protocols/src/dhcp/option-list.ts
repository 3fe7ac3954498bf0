// The options of a DHCP message: as they lie on the wire, and joined to one value per code.
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { OptionCode } from "./option-codes.ts";

/** One option, or one fragment of a long one. A pad is code 0 with no bytes. */
export interface DhcpOption {
  readonly code: number;
  readonly value: Uint8Array;
}

export const padOption = 0;
export const endOption = 255;
const longestFragmentBytes = 255;

/** Reads up to the end option, or to the end of the bytes where a sender forgot it. One that is cut ends them too, as it does for dnsmasq. */
export function readOptions(r: Reader): { options: DhcpOption[]; trailer: Uint8Array } {
  const options: DhcpOption[] = [];
  while (r.remaining > 0) {
    const code = r.u8("option code");
    if (code === endOption) return { options, trailer: Uint8Array.of(endOption, ...r.rest()) };
    if (code === padOption) options.push({ code, value: new Uint8Array(0) });
    else if (r.remaining === 0) return { options, trailer: Uint8Array.of(code) };
    else {
      const length = r.u8("length");
      if (length > r.remaining) return { options, trailer: Uint8Array.of(code, length, ...r.rest()) };
      options.push({ code, value: r.bytes(length, "option") });
    }
  }
  return { options, trailer: new Uint8Array(0) };
}

export function writeOptions(w: Writer, options: readonly DhcpOption[]): void {
  for (const { code, value } of options) {
    if (code === padOption) w.u8(padOption);
    else if (value.length <= longestFragmentBytes) w.u8(code).u8(value.length).bytes(value);
    else for (const fragment of fragments(value)) w.u8(code).u8(fragment.length).bytes(fragment);
  }
}

/** What {@link joinOptions} needs of a message. */
export interface OptionFields {
  readonly options: readonly DhcpOption[];
  readonly file: Uint8Array;
  readonly sname: Uint8Array;
}

/**
 * One value per code: fragments joined in the order options, file, sname (RFC 3396 §7), where option 52 says
 * that the latter two hold options (RFC 2132 §9.3): its two lowest bits, whatever is above them.
 */
export function joinOptions(message: OptionFields): Map<number, Uint8Array> {
  const { inFile, inName } = overloadOf(message.options);
  const joined = new Map<number, Uint8Array>();
  joinInto(joined, message.options);
  if (inFile) joinInto(joined, readOptions(new Reader(message.file)).options);
  if (inName) joinInto(joined, readOptions(new Reader(message.sname)).options);
  return joined;
}

/** Which of the header's fields hold options. */
export function overloadOf(options: readonly DhcpOption[]): { readonly inFile: boolean; readonly inName: boolean } {
  const overload = options.find((option) => option.code === OptionCode.overload)?.value[0] ?? 0;
  return { inFile: (overload & 1) !== 0, inName: (overload & 2) !== 0 };
}

function joinInto(joined: Map<number, Uint8Array>, options: readonly DhcpOption[]): void {
  for (const { code, value } of options) {
    if (code === padOption) continue;
    const before = joined.get(code);
    joined.set(code, before === undefined ? value : Uint8Array.of(...before, ...value));
  }
}

export function encodeOptions(options: readonly DhcpOption[]): Uint8Array {
  const w = new Writer();
  writeOptions(w, options);
  return w.toBytes();
}

/** Of what {@link writeOptions} writes. */
export function optionsSizeBytes(options: readonly DhcpOption[]): number {
  let sizeBytes = 0;
  for (const { code, value } of options)
    sizeBytes +=
      code === padOption ? 1 : value.length + 2 * Math.max(1, Math.ceil(value.length / longestFragmentBytes));
  return sizeBytes;
}

function fragments(value: Uint8Array): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0; at < value.length; at += longestFragmentBytes)
    cut.push(value.subarray(at, at + longestFragmentBytes));
  return cut;
}
