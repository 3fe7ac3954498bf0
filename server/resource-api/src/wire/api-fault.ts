// Everything the resource API refuses, in Kubernetes' words: the Status object, its reasons and codes.
import { type KindInfo, qualifiedName } from "@neverland/api";
import { type FieldFault, ResourceError } from "@neverland/resources/resource-error.ts";
import { StoreError } from "@neverland/store/resource-store.ts";

/** HTTP status by Kubernetes' reason (apimachinery `metav1.StatusReason`). */
const codes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

export type FaultReason = keyof typeof codes;
export type FaultDetails = {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly FieldFault[];
  readonly retryAfterSeconds?: number;
};

type FaultOptions = ErrorOptions & { readonly continueToken?: string };

/** A refusal of the resource API. `reason` is API; the text is for people. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly reason: FaultReason;
  readonly details: FaultDetails;
  /** Of a page that has expired: what a list goes on with, of a later state. */
  readonly continueToken: string | undefined;
  constructor(reason: FaultReason, message: string, details: FaultDetails = {}, options: FaultOptions = {}) {
    super(message, options);
    this.reason = reason;
    this.details = details;
    this.continueToken = options.continueToken;
  }
  get statusCode(): number {
    return codes[this.reason];
  }
}

/** The Status object of a refusal. */
export function toStatus(fault: ApiFault) {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: { ...(fault.continueToken !== undefined && { continue: fault.continueToken }) },
    status: "Failure",
    message: fault.message,
    reason: fault.reason,
    details: fault.details,
    code: fault.statusCode,
  };
}

export function notFound(kind: KindInfo, name: string): ApiFault {
  return new ApiFault("NotFound", `${qualifiedName(kind, kind.plural)} "${name}" not found`, detailsOf(kind, name));
}

/** What the store or the rules of writing said, as the API says it. Anything unknown is our own fault and is not explained to the caller. */
export function toFault(error: unknown, kind?: KindInfo, name = ""): ApiFault {
  if (error instanceof ApiFault) return error;
  if (error instanceof ResourceError) return fromRules(error);
  if (error instanceof StoreError) return fromStore(error, kind, name);
  return new ApiFault("InternalError", "Internal error: the server's log says more", {}, { cause: error });
}

const reasons = {
  invalid: "Invalid",
  malformed: "BadRequest",
  owned: "Conflict",
  claimed: "Conflict",
  forbidden: "Forbidden",
  unchangeable: "MethodNotAllowed",
} as const;

function fromRules(error: ResourceError): ApiFault {
  const { kind, objectName, faults } = error.details;
  const details = {
    ...(objectName && { name: objectName }),
    ...(kind?.group && { group: kind.group }),
    ...(kind && { kind: kind.kind }),
    ...(faults && { causes: faults }),
  };
  return new ApiFault(reasons[error.code], error.message, details, { cause: error });
}

function fromStore(error: StoreError, kind: KindInfo | undefined, name: string): ApiFault {
  const details = kind ? detailsOf(kind, name) : {};
  const what = kind ? `${qualifiedName(kind, kind.plural)} "${name}"` : "the object";
  const options = { cause: error };
  switch (error.code) {
    case "not-found":
      return new ApiFault("NotFound", `${what} not found`, details, options);
    case "already-exists":
      return new ApiFault("AlreadyExists", `${what} already exists`, details, options);
    case "conflict": {
      const advice = "please apply your changes to the latest version and try again";
      const text = `Operation cannot be fulfilled on ${what}: the object has been modified; ${advice}`;
      return new ApiFault("Conflict", `${text} (${error.message})`, details, options);
    }
    case "gone":
      return new ApiFault("Expired", error.message, {}, { ...options, ...withToken(error) });
    case "unavailable": {
      // kubectl obeys ten times, without a word: nobody waits so for a disk that only a person can make room on.
      const again = error.isPassing ? { retryAfterSeconds: 5 } : {};
      return new ApiFault("ServiceUnavailable", error.message, again, options);
    }
    case "not-taken":
      return new ApiFault("InternalError", error.message, {}, options);
  }
}

function withToken({ continueToken }: StoreError): FaultOptions {
  return continueToken === undefined ? {} : { continueToken };
}

/** Of which object of a kind a refusal speaks. */
export function detailsOf(kind: KindInfo, name?: string): FaultDetails {
  return { ...(name && { name }), ...(kind.group && { group: kind.group }), kind: kind.plural };
}
