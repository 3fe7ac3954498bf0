// What a registry says of a request that it refused (OCI distribution-spec v1.1, "Error Codes"): ours names the images and tags that it has.

const mostBytes = 1 << 16;
const mostChars = 500;
/** What is refused is told all the same, and soon: who sends the body by drops keeps nobody. */
const slowestMs = 3000;

/** @returns The messages in a row, without a full stop behind; empty when there are none, or the body is none of these documents. */
export async function registrySaid(body: AsyncIterable<Uint8Array>, withinMs = slowestMs): Promise<string> {
  try {
    const { errors } = JSON.parse(await start(body, withinMs)) as { readonly errors?: unknown };
    const messages = Array.isArray(errors) ? errors.map((error: unknown) => messageOf(error)) : [];
    const said = messages.filter((message) => message !== "").join("; ");
    return said.length <= mostChars ? said : `${said.slice(0, mostChars)}...`;
  } catch {
    return ""; // A page of a proxy, or a connection that broke: the status has been told.
  }
}

function messageOf(error: unknown): string {
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return typeof message === "string"
    ? message
        .replace(/[\p{C}\s]+/gu, " ")
        .trim()
        .replace(/\.$/, "")
    : "";
}

/** Its end is not waited for when it is given up: its caller closes the connection. */
async function start(body: AsyncIterable<Uint8Array>, withinMs: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  const iterator = body[Symbol.asyncIterator]();
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), withinMs);
  try {
    for (let sizeBytes = 0; sizeBytes <= mostBytes; ) {
      const next = await Promise.race([iterator.next(), late.promise]);
      if (next === undefined) return "";
      if (next.done === true) return Buffer.concat(chunks).toString("utf8");
      sizeBytes += next.value.length;
      chunks.push(next.value);
    }
    return "";
  } finally {
    clearTimeout(timer);
  }
}
