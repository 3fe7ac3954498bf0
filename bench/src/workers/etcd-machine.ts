// What a server of workers must ask of its store at the least, for each action: one read, and two writes that are on the
// disk before they are answered. etcd is the store of every Tinkerbell in Kubernetes, where more stands in between.
import type { ClientHttp2Session } from "node:http2";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { grpcCall } from "@neverland/paper-rack/worker/grpc-call.ts";
import type { Tally } from "./tally.ts";

/** As large as an ActionReport is as JSON, with its metadata. */
const reportBytes = 900;

/** Resolves when so many actions are done, or `signal` aborts. */
export async function workOnEtcd(
  session: ClientHttp2Session,
  mac: string,
  actions: number,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  for (let done = 0; done < actions && !signal.aborted; done += 1) {
    await tally.ask(() => grpcCall(session, "/etcdserverpb.KV/Range", range(`workflows/${mac}`)));
    for (const state of ["running", "success"]) {
      const put = keyAndValue(`reports/${mac}/${done}/${state}`, "x".repeat(reportBytes));
      const { status } = await tally.write(() => grpcCall(session, "/etcdserverpb.KV/Put", put));
      if (status < 0) return;
    }
    tally.done();
  }
}

/** etcdserverpb.RangeRequest: 1 is the key. */
function range(key: string): Uint8Array {
  return new BinaryWriter().tag(1, WireType.LengthDelimited).string(key).finish();
}

/** etcdserverpb.PutRequest: 1 is the key, 2 the value. */
export function keyAndValue(key: string, value: string): Uint8Array {
  return new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string(key)
    .tag(2, WireType.LengthDelimited)
    .string(value)
    .finish();
}
