// What a registry says of a request that it refused (OCI distribution-spec v1.1, "Error Codes"): ours names the images and tags that it has.

const mostBytes = 1 << 16;
const mostChars = 500;

/** @returns The messages in a row, without a full stop behind; empty when there are none, or the body is none of these documents. */
export async function registrySaid(body: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    const { errors } = JSON.parse(await start(body)) as { readonly errors?: unknown };
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

async function start(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
