// Reads the few things of an answer that decide how a machine goes on.
import { decodeDhcpMessage, joinOptions, OptionCode } from "@neverland/protocols";

/** From option 67, else from the header; empty where neither names one. @throws {PacketError} */
export function bootFileOf(view: DataView): string {
  const message = decodeDhcpMessage(bytesOf(view));
  const value = joinOptions(message).get(OptionCode.bootFileName) ?? message.file;
  const end = value.indexOf(0);
  return Buffer.from(end < 0 ? value : value.subarray(0, end)).toString("latin1");
}

/** Option 53; undefined where there is none. @throws {PacketError} */
export function messageTypeOf(view: DataView): number | undefined {
  return joinOptions(decodeDhcpMessage(bytesOf(view))).get(OptionCode.messageType)?.[0];
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
