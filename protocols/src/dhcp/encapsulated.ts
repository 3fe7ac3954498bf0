// Options within an option: 43 (vendor), 82 (relay agent) and 175 (iPXE) hold code, length, value triples.
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";
import { endOption, padOption } from "./option-list.ts";

/**
 * Sub-options by code; the last of a repeated code stands.
 * @throws {PacketError} `truncated`
 */
export function readEncapsulated(value: Uint8Array): Map<number, Uint8Array> {
  const r = new Reader(value);
  const found = new Map<number, Uint8Array>();
  while (r.remaining > 0) {
    const code = r.u8("sub-option code");
    if (code === endOption) break;
    if (code !== padOption) found.set(code, r.bytes(r.u8(`length of sub-option ${code}`), `sub-option ${code}`));
  }
  return found;
}

/** Sub-options in the order given, without an end mark. */
export function writeEncapsulated(subOptions: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array {
  const w = new Writer();
  for (const [code, value] of subOptions) w.u8(code).u8(value.length).bytes(value);
  return w.toBytes();
}
