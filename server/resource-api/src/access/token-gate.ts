// Lets a request in by the token that it comes with.
import { onAnswerOver } from "@neverland/platform/http/answer-over.ts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiFault } from "../wire/api-fault.ts";
import type { Access, Holder } from "./access-tokens.ts";
import type { FailedTries } from "./failed-tries.ts";

/** Paths that say no more than "alive", for load balancers and service managers that have no token. */
const openPaths = new Set(["/healthz", "/livez", "/readyz"]);

/** `Unauthorized` to all who have no token, but for paths that are open. What is answered for long ends with its token. */
export function guardRoutes(scope: FastifyInstance, access: Access, tries: Pick<FailedTries, "failed">): void {
  scope.addHook("onRequest", ({ url, headers, ip }, reply, done) => {
    const holder = access.holderOf(presentedToken(headers));
    if (holder !== undefined) {
      const other = Object.keys(headers).find((name) => name.startsWith("impersonate-"));
      if (other !== undefined) {
        done(noImpersonation(holder, other));
        return;
      }
      const forget = access.onEnd(holder, () => reply.raw.destroy());
      onAnswerOver(reply.raw, forget);
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

/** Done with the rights of the token, it would be more than what was asked for; and who asks what another may do would be misled. */
function noImpersonation({ username }: Holder, header: string): ApiFault {
  const text = `User "${username}" cannot act as another: this server has no roles, so every token may do everything`;
  return new ApiFault("Forbidden", `${text}. Leave the header ${header} out (kubectl's --as, --as-group and --as-uid)`);
}
