// TFTP packets as bytes and as values (RFC 1350 §5, options RFC 2347).
import { PacketError } from "../packet-error.ts";
import { Reader } from "../reader.ts";
import { Writer } from "../writer.ts";

/** What a client sends to a server that only lends. */
export type TftpRequest =
  | { readonly op: "rrq" | "wrq"; readonly file: string; readonly mode: string; readonly options: TftpOptions }
  | { readonly op: "ack"; readonly block: number }
  | { readonly op: "error"; readonly code: number; readonly message: string };

/** What such a server sends. */
export type TftpReply =
  | { readonly op: "oack"; readonly options: TftpOptions }
  | { readonly op: "data"; readonly block: number; readonly bytes: Uint8Array }
  | { readonly op: "error"; readonly code: number; readonly message: string };

/** Names in lower case (they are case-insensitive, RFC 2347), in the order sent. */
export type TftpOptions = ReadonlyMap<string, string>;

const Opcode = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** RFC 1350, appendix, and RFC 2347 for 8. */
export const TftpErrorCode = {
  undefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransferId: 5,
  optionsRefused: 8,
} as const;

/** RFC 2347: a request is at most 512 bytes. Some clients go beyond it; none needs more than this. */
const longestRequestBytes = 1500;
const mostOptions = 32;
/** With its four bytes before and the zero behind, as long as a block: a reader has room for no more (RFC 1350 §5), and names are echoed. */
const longestMessage = 511;

/**
 * Reads one datagram sent to a TFTP server.
 * @throws {PacketError} `truncated`, `malformed` or `too-long`, and nothing else.
 */
export function decodeTftpRequest(bytes: Uint8Array): TftpRequest {
  if (bytes.length > longestRequestBytes) throw new PacketError("too-long", `${bytes.length} bytes in one request`);
  const r = new Reader(bytes);
  const opcode = r.u16("opcode");
  switch (opcode) {
    case Opcode.rrq:
    case Opcode.wrq:
      return {
        op: opcode === Opcode.rrq ? "rrq" : "wrq",
        file: readName(r),
        mode: r.zstring("mode").toLowerCase(),
        options: readOptions(r),
      };
    case Opcode.ack:
      return { op: "ack", block: r.u16("block") };
    case Opcode.error:
      return { op: "error", code: r.u16("error code"), message: r.remaining > 0 ? r.zstring("message") : "" };
    default:
      throw new PacketError("malformed", `opcode ${opcode} is not one for a server that only lends`);
  }
}

export function encodeTftpReply(reply: TftpReply): Uint8Array {
  switch (reply.op) {
    case "oack": {
      const w = new Writer().u16(Opcode.oack);
      for (const [name, value] of reply.options) w.zstring(name).zstring(value);
      return w.toBytes();
    }
    case "data": {
      // Not through the writer: this is the one packet that is sent by the thousand.
      const packet = new Uint8Array(4 + reply.bytes.length);
      packet.set([0, Opcode.data, reply.block >>> 8, reply.block & 0xff]);
      packet.set(reply.bytes, 4);
      return packet;
    }
    case "error":
      return new Writer().u16(Opcode.error).u16(reply.code).zstring(reply.message.slice(0, longestMessage)).toBytes();
  }
}

function readName(r: Reader): string {
  const name = r.zstring("file");
  if (name === "") throw new PacketError("malformed", "the request names no file");
  return name;
}

/**
 * The first of a repeated option stands (RFC 2347 leaves it open). What is no whole option ends them, as it does for tftpd-hpa and dnsmasq:
 * firmware sends buffers of a fixed size, with zeros behind what it has to say. More than there are of any use are passed over.
 */
function readOptions(r: Reader): TftpOptions {
  const options = new Map<string, string>();
  while (r.hasText && options.size < mostOptions) {
    const name = r.zstring("option name").toLowerCase();
    if (name === "" || !r.hasText) break;
    const value = r.zstring(`value of option ${name}`);
    if (!options.has(name)) options.set(name, value);
  }
  return options;
}
