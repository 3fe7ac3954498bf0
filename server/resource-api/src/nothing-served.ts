// What callers hear of paths and methods that no route is for: a Status as for every refusal, and only with the token.
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiFault } from "./wire/api-fault.ts";
import { nothingThere } from "./wire/request-target.ts";

export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Of the management plane as a whole: there is one such handler of an app. */
export function refuseTheRest(scope: FastifyInstance): void {
  scope.setNotFoundHandler(async (request) => {
    throw faultOf(scope, request);
  });
}

function faultOf(scope: FastifyInstance, { method, url }: FastifyRequest): ApiFault {
  const path = url.split("?")[0] ?? "";
  const isKnown = method === "HEAD" || methods.includes(method);
  if (isKnown && !scope.hasRoute({ method: "GET", url: path })) return nothingThere(path);
  const instead = isKnown ? "it can be read with GET, and nothing else" : `ask by ${methods.join(", ")}`;
  return new ApiFault("MethodNotAllowed", `${method} is not supported on ${path}; ${instead}`);
}
