// Whether the server lives and is ready, as Kubernetes' API server says it: the whole, check by check, or one check alone.
import type { FastifyInstance } from "fastify";
import { ApiFault } from "./wire/api-fault.ts";

/** Says why not; `undefined` when all is well. */
type Check = { readonly name: string; readonly whyNot: () => string | undefined };

/** @param notReadyReason Why the server cannot do its work; `/readyz` answers 503 with it. */
export function registerHealth(scope: FastifyInstance, notReadyReason: () => string | undefined): void {
  const ping: Check = { name: "ping", whyNot: () => undefined };
  const serving: Check = { name: "serving", whyNot: notReadyReason };
  const all = { healthz: [ping], livez: [ping], readyz: [ping, serving] };
  for (const [root, checks] of Object.entries(all)) {
    for (const url of [`/${root}`, `/${root}/`])
      scope.get(url, async (request, reply) => {
        const query = new URL(request.url, "http://any").searchParams;
        const excluded = query.getAll("exclude");
        const { isWell, lines, reasons } = look(checks.filter(({ name }) => !excluded.includes(name)));
        const verbose = [...lines, `${root} check ${isWell ? "passed" : "failed"}`, ""].join("\n");
        const text = query.has("verbose") ? verbose : isWell ? "ok" : reasons.join("; ");
        return reply
          .code(isWell ? 200 : 503)
          .type("text/plain")
          .send(text);
      });
    scope.get<{ Params: { name: string } }>(`/${root}/:name`, async ({ params }, reply) => {
      const check = checks.find(({ name }) => name === params.name);
      if (check === undefined) {
        const known = checks.map(({ name }) => name).join(", ");
        throw new ApiFault("NotFound", `/${root} has no check of that name; it has: ${known}`);
      }
      const reason = check.whyNot();
      return reply
        .code(reason === undefined ? 200 : 503)
        .type("text/plain")
        .send(reason ?? "ok");
    });
  }
}

function look(checks: readonly Check[]) {
  const looked = checks.map(({ name, whyNot }) => ({ name, reason: whyNot() }));
  const reasons = looked.flatMap(({ reason }) => reason ?? []);
  const lines = looked.map(({ name, reason }) =>
    reason === undefined ? `[+]${name} ok` : `[-]${name} failed: ${reason}`,
  );
  return { isWell: reasons.length === 0, lines, reasons };
}
