// Answers a question that a client posts about itself: who it is, and what it may.
import { isObject, type KindInfo, member } from "@neverland/api";
import { invalid } from "@neverland/resources/resource-error.ts";
import { metadataOf, toResource, withoutStatus } from "@neverland/resources/resource-input.ts";
import { schemaFaults } from "@neverland/resources/rules/schema-faults.ts";
import type { Holder } from "../access/access-tokens.ts";
import { presentedToken } from "../access/token-gate.ts";
import { sendValue } from "../answers/send-json.ts";
import type { ApiContext } from "../api-context.ts";
import type { Exchange } from "../verbs/exchange.ts";
import { checkFields } from "../wire/field-validation.ts";
import { readObject } from "../wire/request-body.ts";
import { rulesOf, whyNot } from "./judge-access.ts";
import { type AccessSpec, reviewKinds, type TokenSpec } from "./review-kinds.ts";

/** @throws {ApiFault | ResourceError} */
export async function answerReview({ context, request, query, reply, media }: Exchange, kind: KindInfo): Promise<void> {
  const sent = withoutStatus(readObject(request.body, request.headers["content-type"], kind));
  checkFields(kind, sent, query, { request, reply });
  const { apiVersion, kind: name } = toResource(kind, sent, { namespace: "" });
  const spec = member(sent, "spec") ?? {};
  const faults = kind.spec ? schemaFaults(kind.spec, spec, "spec", kind) : [];
  if (faults.length > 0) throw invalid(kind, "", faults);
  // The gate has let it in.
  const status = statusOf(kind, spec, context, context.access.holderOf(presentedToken(request.headers)));
  const metadata = metadataOf(sent);
  const asked = kind.spec && isObject(spec) ? { spec } : {};
  await sendValue(reply, 201, { kind: name, apiVersion, metadata, ...asked, status }, media);
}

function statusOf(kind: KindInfo, spec: unknown, context: ApiContext, asker: Holder | undefined): object {
  const { kinds } = context;
  switch (kind) {
    case reviewKinds.SelfSubjectAccessReview:
      return accessOf(kind, spec as AccessSpec, kinds); // checked above
    case reviewKinds.SelfSubjectRulesReview:
      return rulesOf(kinds.values());
    case reviewKinds.TokenReview:
      return tokenStatus(context.access.holderOf((spec as TokenSpec).token)); // checked above
    default:
      return { userInfo: asker };
  }
}

function tokenStatus(user: Holder | undefined): object {
  if (user !== undefined) return { authenticated: true, user };
  return { authenticated: false, error: "this server does not know the token, or it is over" };
}

function accessOf(kind: KindInfo, spec: AccessSpec, kinds: ApiContext["kinds"]): object {
  if (Boolean(spec.resourceAttributes) === Boolean(spec.nonResourceAttributes)) {
    const message = "Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified";
    throw invalid(kind, "", [{ reason: "FieldValueInvalid", message, field: "spec.resourceAttributes" }]);
  }
  const reason = whyNot(kinds.values(), spec);
  return reason === undefined
    ? { allowed: true, reason: "who has the token may do all that discovery lists" }
    : { allowed: false, reason };
}
