// Why a write is refused. The store's own refusals (not found, conflict, unavailable) pass as StoreError.
import { type KindInfo, qualifiedName } from "@neverland/api";

export type ResourceErrorCode =
  /** A field is not what its kind allows: `faults` names each. */
  | "invalid"
  /** What was sent contradicts itself, or cannot be understood. */
  | "malformed"
  /** An apply would change what another manager owns: `faults` names each field. */
  | "owned"
  /** The object says that it is another's: `faults` names the label. */
  | "claimed"
  /** Not of this object, or not now. */
  | "forbidden"
  /** The kind is a record: its objects never change. */
  | "unchangeable";

/** One field and what is wrong with it. `reason` is Kubernetes' word: `FieldValueInvalid`, `FieldValueDuplicate`. */
export type FieldFault = { readonly reason: string; readonly message: string; readonly field: string };

export type ResourceErrorDetails = {
  readonly kind?: KindInfo;
  readonly objectName?: string;
  readonly faults?: readonly FieldFault[];
};

/** `code` is API; the text is for people, and never holds the value of a sensitive field. */
export class ResourceError extends Error {
  override readonly name = "ResourceError";
  readonly code: ResourceErrorCode;
  readonly details: ResourceErrorDetails;
  constructor(code: ResourceErrorCode, message: string, details: ResourceErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** `Hardware.tinkerbell.org "m1" is invalid: …`, with each fault. */
export function invalid(kind: KindInfo, objectName: string, faults: readonly FieldFault[]): ResourceError {
  const texts = faults.map((fault) => `${fault.field}: ${fault.message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const what = qualifiedName(kind, kind.kind);
  return new ResourceError("invalid", `${what} "${objectName}" is invalid: ${list}`, { kind, objectName, faults });
}
