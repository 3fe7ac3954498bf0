// Splits a stream of bytes into lines of JSON.

/** Longer than any resource with its frame: a line beyond it is no answer of ours. */
const maxLineChars = 16 * 1024 * 1024;

export async function* jsonLines(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxLineChars) throw new RangeError(`a line is longer than ${maxLineChars} characters`);
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line);
  }
}
