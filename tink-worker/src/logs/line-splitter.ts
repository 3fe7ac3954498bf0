// Bytes of a stream into lines, whatever their length and wherever the chunks were cut.

import { StringDecoder } from "node:string_decoder";

const lineLimit = 8192;

/** Line ends are `\n` and `\r\n`; a lone `\r`, as progress bars write, ends a line too. Lines over 8192 characters come in pieces. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  /** The lines that are complete now. */
  push(chunk: Uint8Array): string[] {
    return this.#split(this.#decoder.write(Buffer.from(chunk)));
  }

  /** What is left when the stream ends. */
  end(): string[] {
    const lines = this.#split(this.#decoder.end());
    const last = this.#rest.replace(/\r$/, "");
    this.#rest = "";
    return last === "" ? lines : [...lines, last];
  }

  #split(text: string): string[] {
    // A final \r may be the first half of \r\n, so it waits for what follows.
    const parts = (this.#rest + text).split(/\r?\n|\r(?!\n|$)/);
    this.#rest = parts.pop() ?? "";
    const lines = parts.flatMap(pieces);
    while (this.#rest.length > lineLimit) {
      lines.push(this.#rest.slice(0, lineLimit));
      this.#rest = this.#rest.slice(lineLimit);
    }
    return lines;
  }
}

function pieces(line: string): string[] {
  if (line.length <= lineLimit) return [line];
  return Array.from({ length: Math.ceil(line.length / lineLimit) }, (_, index) =>
    line.slice(index * lineLimit, (index + 1) * lineLimit),
  );
}
