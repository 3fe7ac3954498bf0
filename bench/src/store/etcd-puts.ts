// Durable puts to etcd: each writer on a connection of its own, as its clients' load generators have it.
import { connect } from "node:http2";
import { keyAndValue } from "../workers/etcd-machine.ts";
import { grpcCall } from "../workers/grpc-call.ts";

/** As large as a Hardware is as JSON, with its metadata. */
const valueBytes = 900;

export class EtcdPuts {
  readonly #sessions: ReturnType<typeof connect>[];

  constructor(port: number, connections: number) {
    this.#sessions = Array.from({ length: connections }, () => connect(`http://127.0.0.1:${port}`));
  }

  /** @throws {Error} When it is not acknowledged. */
  async put(connection: number, index: number): Promise<void> {
    const session = this.#sessions[connection];
    if (!session) throw new RangeError(`connection ${connection}`);
    const put = keyAndValue(`hardware/default/node-${index}`, "x".repeat(valueBytes));
    const { status } = await grpcCall(session, "/etcdserverpb.KV/Put", put);
    if (status !== 0) throw new Error(`etcd answered with gRPC status ${status}`);
  }

  close(): void {
    for (const session of this.#sessions) session.close();
  }
}
