// Errors as gRPC statuses. Workers act on the code alone: NotFound, InvalidArgument and FailedPrecondition make them drop
// a report, so nothing that may pass is ever answered with one of those.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { StoreError } from "@neverland/store/resource-store.ts";
import { TinkError } from "./tink-error.ts";

/** The type of the violation by which agents know that there is nothing to do, and stay quiet. */
export const noActionAvailable = "PRECONDITION_FAILURE_VIOLATION_NO_ACTION_AVAILABLE";

export function toConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof TinkError) return fromTinkError(error);
  if (error instanceof StoreError)
    return new ConnectError(error.message, Code.Unavailable, undefined, undefined, error);
  const message = error instanceof Error ? error.message : String(error);
  return new ConnectError(message, Code.Internal, undefined, undefined, error);
}

function fromTinkError(error: TinkError): ConnectError {
  switch (error.code) {
    case "invalid":
      return new ConnectError(error.message, Code.InvalidArgument);
    case "unknown":
      return new ConnectError(error.message, Code.NotFound);
    case "again":
      return new ConnectError(error.message, Code.Unavailable);
    case "not-now": {
      const refusal = new ConnectError(error.message, Code.FailedPrecondition);
      refusal.details = [{ type: "google.rpc.PreconditionFailure", value: preconditionFailure(error.message) }];
      return refusal;
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
