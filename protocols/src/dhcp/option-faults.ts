// What is wrong with the options of a message that can be answered all the same.

import { Reader } from "../reader.ts";
import type { DhcpMessage } from "./message.ts";
import { OptionCode } from "./option-codes.ts";
import { endOption, overloadOf, readOptions } from "./option-list.ts";

/** Options of one length: of what is longer the first bytes count, and what is shorter is as if it were not there. */
const lengths: readonly (readonly [code: number, sizeBytes: number])[] = [
  [OptionCode.messageType, 1],
  [OptionCode.requestedAddress, 4],
  [OptionCode.serverIdentifier, 4],
  [OptionCode.overload, 1],
  [OptionCode.maximumMessageSize, 2],
];

/**
 * The first fault, in words that can end a sentence; undefined where there is none.
 * @param joined The message's options.
 */
export function optionFault(message: DhcpMessage, joined: ReadonlyMap<number, Uint8Array>): string | undefined {
  const cut = cutOption(message.trailer, "") ?? cutInFields(message);
  if (cut !== undefined) return cut;
  const wrong = lengths.find(([code, sizeBytes]) => (joined.get(code)?.length ?? sizeBytes) !== sizeBytes);
  if (wrong !== undefined) {
    const [code, sizeBytes] = wrong;
    return `option ${code} has ${joined.get(code)?.length} bytes in place of ${sizeBytes}`;
  }
  const overload = joined.get(OptionCode.overload)?.[0] ?? 0;
  return overload > 3 ? `option 52 is ${overload}, and only 1, 2 and 3 have a meaning` : undefined;
}

function cutInFields(message: DhcpMessage): string | undefined {
  const { inFile, inName } = overloadOf(message.options);
  const of = (field: Uint8Array, name: string): string | undefined =>
    cutOption(readOptions(new Reader(field)).trailer, ` in the field ${name}`);
  return (inFile ? of(message.file, "file") : undefined) ?? (inName ? of(message.sname, "sname") : undefined);
}

/** @param trailer Of a list of options. */
function cutOption(trailer: Uint8Array, where: string): string | undefined {
  const [code, length] = trailer;
  if (code === undefined || code === endOption) return undefined;
  if (length === undefined) return `option ${code}${where} has no length`;
  return `option ${code}${where} says that it has ${length} bytes, and ${trailer.length - 2} are there`;
}
