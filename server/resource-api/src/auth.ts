// Who may ask: whoever has the token.
import { hash, timingSafeEqual } from "node:crypto";
import type { Sensitive } from "@neverland/api";
import { ApiFault } from "./wire/api-fault.ts";

/** Paths that say no more than "alive", for load balancers and service managers that have no token. */
const openPaths = new Set(["/healthz", "/livez", "/readyz"]);

/**
 * The token comes as `Bearer TOKEN`, or as the password of basic authentication: kubectl sends no bearer token to a
 * server without TLS, but does send the user and password that stand in the server's URL.
 * @throws {ApiFault} `Unauthorized` unless the header carries the token.
 */
export function requireToken(path: string, authorization: string | undefined, token: Sensitive<string>): void {
  if (openPaths.has(path)) return;
  // Hashes are of one length, as timingSafeEqual wants them, and tell nothing by the time a comparison takes.
  if (timingSafeEqual(sha256(presentedToken(authorization)), sha256(token.reveal()))) return;
  throw new ApiFault(
    "Unauthorized",
    "Unauthorized: send the header `Authorization: Bearer TOKEN`, with the server's token",
  );
}

function presentedToken(authorization = ""): string {
  const [, scheme = "", value = ""] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value;
  const text = Buffer.from(value, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
