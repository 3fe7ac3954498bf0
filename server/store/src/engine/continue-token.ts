// What the next page of a list is asked for with: the version of the state that it shows, and the last key that was handed over.
import type { ResourceKey } from "@neverland/api";

/** Without a version: of the state that there is when it is asked for. */
export type Position = { readonly version?: number; readonly after: ResourceKey };

export function formatToken({ version, after: { namespace, name } }: Position): string {
  return Buffer.from(JSON.stringify([version ?? null, namespace, name])).toString("base64url");
}

/** `undefined` for what no store has made. */
export function parseToken(token: string): Position | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (!Array.isArray(parts)) return undefined;
    const [version, namespace, name] = parts;
    if (typeof namespace !== "string" || typeof name !== "string") return undefined;
    if (version === null) return { after: { namespace, name } };
    return Number.isSafeInteger(version) ? { version, after: { namespace, name } } : undefined;
  } catch {
    return undefined; // not base64 of JSON
  }
}
