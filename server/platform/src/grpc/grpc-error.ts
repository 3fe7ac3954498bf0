// A call that ends without an answer: gRPC's statuses, as far as servers here give them.

/** Numbers as gRPC defines them (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
export const grpcStatus = {
  ok: 0,
  cancelled: 1,
  "invalid-argument": 3,
  "deadline-exceeded": 4,
  "not-found": 5,
  "permission-denied": 7,
  "resource-exhausted": 8,
  "failed-precondition": 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

export type GrpcErrorCode = Exclude<keyof typeof grpcStatus, "ok">;

/** More about an error, by the full name of its message: `google.rpc.PreconditionFailure`. */
export type GrpcDetail = { readonly type: string; readonly value: Uint8Array };

/** What the caller is told. The text is for people. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: GrpcErrorCode;
  readonly details: readonly GrpcDetail[];
  constructor(code: GrpcErrorCode, message: string, options: ErrorOptions & { details?: readonly GrpcDetail[] } = {}) {
    super(message, options);
    this.code = code;
    this.details = options.details ?? [];
  }
}
