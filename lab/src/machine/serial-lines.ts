// The serial port as text: lines cut from what the machine sends, and the unfinished line, which may be a prompt.

/** A firmware that redraws one line for ever must not fill the memory. */
const longestLineChars = 4096;

/** Cursor moves and colours, which firmware sends in plenty (ECMA-48 §5.4). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character.
const escapeSequences = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

export class SerialLines {
  #rest = "";
  readonly #decoder = new TextDecoder();

  /** Takes bytes as they come; hands back the lines they end, without escape sequences. */
  push(chunk: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split(/\r*\n/);
    this.#rest = (lines.pop() ?? "").slice(-longestLineChars);
    return lines.map(plain);
  }

  /** What came after the last line's end. */
  get unfinished(): string {
    return plain(this.#rest);
  }
}

function plain(line: string): string {
  return line.replaceAll(escapeSequences, "");
}
