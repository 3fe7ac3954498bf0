// Who may ask: whoever has the token.
import { timingSafeEqual } from "node:crypto";
import type { Sensitive } from "@neverland/api";
import { ApiFault } from "./wire/api-fault.ts";

/** Paths that say no more than "alive", for load balancers and service managers that have no token. */
const openPaths = new Set(["/healthz", "/livez", "/readyz"]);

/** @returns What says whether a text is the token. */
export function tokenCheck(token: Sensitive<string>): (text: string) => boolean {
  const expected = Buffer.from(token.reveal());
  return (text) => {
    const presented = Buffer.from(text);
    // By its time a comparison tells the token's length at the most, which is the same for every server.
    return presented.length === expected.length && timingSafeEqual(presented, expected);
  };
}

/**
 * The token comes as `Bearer TOKEN`, or as the password of basic authentication: kubectl sends no bearer token to a
 * server without TLS, but does send the user and password that stand in the server's URL.
 * @returns What says whether a caller's header carries the token; `Unauthorized` when it does not.
 */
export function tokenGate(
  isToken: (text: string) => boolean,
): (path: string, authorization: string | undefined) => ApiFault | undefined {
  return (path, authorization) => {
    if (isToken(presentedToken(authorization)) || openPaths.has(path)) return undefined;
    return new ApiFault(
      "Unauthorized",
      "Unauthorized: send the header `Authorization: Bearer TOKEN`, with the server's token",
    );
  };
}

function presentedToken(authorization = ""): string {
  const [, scheme = "", value = ""] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value;
  const text = Buffer.from(value, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}
