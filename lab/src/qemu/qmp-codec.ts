// QMP on the wire: JSON values, one a line, cut out of a byte stream (QEMU: docs/interop/qmp-spec).
import { LabError } from "../lab-error.ts";

export type QmpMessage =
  | { readonly kind: "greeting"; readonly version: string }
  | { readonly kind: "return"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number | undefined; readonly description: string }
  | { readonly kind: "event"; readonly event: string; readonly data: Readonly<Record<string, unknown>> };

// QMP's longest answers (device lists) are some hundred kB.
const longestLineBytes = 4 * 1024 * 1024;

/** Cuts a byte stream into messages. Feed it chunks as they come. */
export class QmpDecoder {
  #rest = Buffer.alloc(0);

  /** @throws {LabError} `qmp-failed` on what is not QMP, or a line over 4 MiB. */
  push(chunk: Uint8Array): QmpMessage[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const messages: QmpMessage[] = [];
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      const line = bytes.toString("utf8", from, end).trim();
      if (line !== "") messages.push(readMessage(line));
      from = end + 1;
    }
    this.#rest = bytes.subarray(from);
    if (this.#rest.length > longestLineBytes)
      throw new LabError("qmp-failed", "QEMU sent a QMP line of more than 4 MiB");
    return messages;
  }
}

/** One command as bytes. */
export function encodeCommand(id: number, execute: string, args: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ execute, arguments: args, id })}\n`;
}

function readMessage(line: string): QmpMessage {
  const value = parse(line);
  if ("QMP" in value) return { kind: "greeting", version: versionOf(value.QMP) };
  if (typeof value.event === "string") return { kind: "event", event: value.event, data: objectOr(value.data) };
  if ("error" in value) {
    const description = objectOr(value.error).desc;
    const id = typeof value.id === "number" ? value.id : undefined;
    return { kind: "error", id, description: typeof description === "string" ? description : "no reason given" };
  }
  if ("return" in value && typeof value.id === "number") return { kind: "return", id: value.id, value: value.return };
  throw new LabError("qmp-failed", `QEMU sent a line that is no QMP message: ${line.slice(0, 200)}`);
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    return objectOr(JSON.parse(line));
  } catch (cause) {
    throw new LabError("qmp-failed", `QEMU sent a line that is not JSON: ${line.slice(0, 200)}`, { cause });
  }
}

function versionOf(greeting: unknown): string {
  const { major, minor, micro } = objectOr(objectOr(objectOr(greeting).version).qemu);
  return [major, minor, micro].join(".");
}

function objectOr(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
