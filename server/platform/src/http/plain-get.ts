// A GET as nearly all boot files are asked for: it came whole and alone, and says nothing that Node's HTTP server would have to judge. What
// is not of this form may well be HTTP; it is left to that server.

export type PlainGet = {
  /** Begins with a slash; no query, nothing encoded. */
  readonly path: string;
  /** The value of the header: one range of bytes. */
  readonly range: string | undefined;
};

const longestBytes = 2048;
/** May stand anywhere, any number of times: none changes the answer. Others may (conditions, bodies, a connection's end, proxies). */
const passedOver = "(?:(?:user-agent|accept|accept-encoding):[ -~]*\\r\\n|connection: *keep-alive\\r\\n)*";
const host = "host: *[a-z0-9.:[\\]_-]+\\r\\n";
const range = "range: *(bytes=[0-9]{0,15}-[0-9]{0,15})\\r\\n";
/** Each header ends where its line does and is told by its name, so this takes as long as the text is, whatever the text. */
const headers = new RegExp(
  `^${passedOver}(?:${host}${passedOver}(?:${range}${passedOver})?|${range}${passedOver}${host}${passedOver})\\r\\n$`,
  "i",
);
const requestLine = /^GET (\/[A-Za-z0-9._+~/-]*) HTTP\/1\.1\r\n/;

/** @param bytes All that came at once. */
export function parsePlainGet(bytes: Buffer): PlainGet | undefined {
  if (bytes.length > longestBytes) return undefined;
  const text = bytes.toString("latin1");
  const line = requestLine.exec(text);
  const rest = line === null ? null : headers.exec(text.slice(line[0].length));
  return line === null || rest === null ? undefined : { path: line[1] ?? "", range: rest[1] ?? rest[2] };
}
