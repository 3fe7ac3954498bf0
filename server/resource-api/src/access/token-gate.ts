// Lets a request in by the token that it comes with.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiFault } from "../wire/api-fault.ts";
import type { Access } from "./access-tokens.ts";
import type { FailedTries } from "./failed-tries.ts";

/** Paths that say no more than "alive", for load balancers and service managers that have no token. */
const openPaths = new Set(["/healthz", "/livez", "/readyz"]);

/** `Unauthorized` to all who have no token, but for paths that are open. What is answered for long ends with its token. */
export function guardRoutes(scope: FastifyInstance, access: Access, tries: Pick<FailedTries, "failed">): void {
  scope.addHook("onRequest", ({ url, headers, ip }, reply, done) => {
    const holder = access.holderOf(presentedToken(headers));
    if (holder !== undefined) {
      const forget = access.onEnd(holder, () => reply.raw.destroy());
      reply.raw.once("close", forget);
      done();
      return;
    }
    // Whatever was tried: what is not in the form of a token is one, too.
    if (headers.authorization) tries.failed(ip);
    done(openPaths.has(url.split("?")[0] ?? "") ? undefined : unauthorized());
  });
}

/**
 * It comes as `Bearer TOKEN`, or as the password of basic authentication: to a server without TLS kubectl sends no bearer token, but does
 * send the user and password that stand in the server's URL.
 * @returns Nothing, where there is none.
 */
export function presentedToken({ authorization = "" }: FastifyRequest["headers"]): string {
  const [, scheme = "", value = ""] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value;
  const text = Buffer.from(value, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}

function unauthorized(): ApiFault {
  const text = "Unauthorized: send the header `Authorization: Bearer TOKEN`, with a token of this server";
  return new ApiFault("Unauthorized", text);
}
