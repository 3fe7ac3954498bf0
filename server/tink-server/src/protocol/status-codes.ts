// Errors as gRPC statuses. Workers act on the code alone: NotFound, InvalidArgument and FailedPrecondition make them drop
// a report, so nothing that may pass is ever answered with one of those.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { GrpcError } from "@neverland/platform/grpc/grpc-error.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import { TinkError } from "../tink-error.ts";

/** The type of the violation by which agents know that there is nothing to do, and stay quiet. */
export const noActionAvailable = "PRECONDITION_FAILURE_VIOLATION_NO_ACTION_AVAILABLE";

export function toGrpcError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  if (error instanceof TinkError) return fromTinkError(error);
  if (error instanceof StoreError) return new GrpcError("unavailable", error.message, { cause: error });
  return new GrpcError("internal", error instanceof Error ? error.message : String(error), { cause: error });
}

function fromTinkError(error: TinkError): GrpcError {
  const { code, message } = error;
  switch (code) {
    case "invalid":
      return new GrpcError("invalid-argument", message);
    case "unknown":
      return new GrpcError("not-found", message);
    case "again":
      return new GrpcError("unavailable", message);
    case "forbidden":
      return new GrpcError("permission-denied", message);
    case "not-now": {
      const details = [{ type: "google.rpc.PreconditionFailure", value: preconditionFailure(message) }];
      return new GrpcError("failed-precondition", message, { details });
    }
  }
}

/** google.rpc.PreconditionFailure with one violation: its field 1; in the violation, 1 is the type, 3 the description. */
function preconditionFailure(description: string): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(noActionAvailable);
  writer.tag(3, WireType.LengthDelimited).string(description);
  return writer.join().finish();
}
