// Durable puts to etcd, and watches of it: each on a connection of its own, as its clients' load generators have it.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { keyAndValue } from "../workers/etcd-machine.ts";
import { GrpcConnection } from "./grpc-connection.ts";

/** As large as a Hardware is as JSON, with its metadata. */
const valueBytes = 900;
const prefix = "hardware/default/";
/** The first key behind all with the prefix. */
const behind = "hardware/default0";

export const keyOf = (index: number): string => `${prefix}node-${index}`;

export class EtcdPuts {
  readonly #port: number;
  readonly #connections: GrpcConnection[];
  readonly #watches: GrpcConnection[] = [];

  constructor(port: number, connections: number) {
    this.#port = port;
    this.#connections = Array.from({ length: connections }, () => new GrpcConnection(port));
  }

  /** @throws {Error} When it is not acknowledged. */
  async put(connection: number, index: number): Promise<void> {
    const put = keyAndValue(keyOf(index), "x".repeat(valueBytes));
    if (!(await this.#connections[connection]?.call("/etcdserverpb.KV/Put", put)))
      throw new Error("etcd acknowledged no put");
  }

  /** Calls back for each message about any key from now on; resolves when the watch has begun. */
  async watch(told: () => void): Promise<void> {
    const watch = new GrpcConnection(this.#port);
    this.#watches.push(watch);
    await watch.listen("/etcdserverpb.Watch/Watch", watchRequest(), told);
  }

  close(): void {
    for (const connection of [...this.#connections, ...this.#watches]) connection.close();
  }
}

/** etcdserverpb.WatchRequest: 1 is the request to make one (WatchCreateRequest: 1 is the key, 2 the end of its range). */
function watchRequest(): Uint8Array {
  const range = keyAndValue(prefix, behind);
  return new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(range).finish();
}
