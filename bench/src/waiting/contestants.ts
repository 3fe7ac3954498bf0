// Who has a hall of waiting workers: Tink Server, whose workers ask for their action, and etcd, where each waits for a change of its own key. No one
// else's server of workers runs here without a Kubernetes of its own, and what such a one follows is a watch of etcd's.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ActionRequestSchema, ActionResponseSchema } from "@neverland/api/workflow";
import { etcdCommand } from "../peers/etcd.ts";
import { workflowOf, writeHall } from "../scale/full-data-folder.ts";
import { EtcdPuts, keyOf } from "../store/etcd-puts.ts";
import type { GrpcConnection } from "../store/grpc-connection.ts";
import { HttpConnection } from "../store/http-connection.ts";
import { machineAt } from "../workers/machine.ts";
import { ServerProcess } from "../workers/server-process.ts";
import { readAddresses, tinkUp } from "../workers/tink-up.ts";

export type Contestant = {
  readonly name: string;
  readonly server: ServerProcess;
  readonly port: number;
  /** Whether `longestStall` can be asked for. */
  readonly isWatched: boolean;
  /** Waits as worker `index`. @param told Called with the number of the worker that what came is for. */
  readonly wait: (connection: GrpcConnection, index: number, told: (index: number) => void) => Promise<void>;
  /** Makes something for worker `index` to do; resolves when that is acknowledged. @param writer Below `writers`; one thing at a time of each. */
  readonly give: (index: number, writer: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export const writers = 32;

export async function tinkServer(machines: number): Promise<Contestant> {
  const server = await ServerProcess.start(async (dir) => {
    await writeHall(dir, { machines, workflows: 0, events: 0 });
    return tinkUp(dir);
  });
  const { api, token, grpcPort } = await readAddresses(server.readyLine);
  const headers = `authorization: Bearer ${token}\r\n`;
  const posts = Array.from({ length: writers }, () => new HttpConnection(new URL(api), headers));
  const numbers = new Map(Array.from({ length: machines }, (_, index) => [machineAt(index).mac, index]));
  return {
    ...{ name: "tink up", server, port: grpcPort, isWatched: true },
    async wait(connection, index, told) {
      const request = toBinary(ActionRequestSchema, create(ActionRequestSchema, { agentId: machineAt(index).mac }));
      const message = await connection.call("/proto.WorkflowService/GetAction", request);
      if (message === undefined) return;
      told(numbers.get(fromBinary(ActionResponseSchema, message).agentId) ?? -1);
      // It is at work from now on.
      await connection.closed;
    },
    async give(index, writer) {
      const path = "/apis/tinkerbell.org/v1alpha1/namespaces/default/workflows";
      const status = await posts[writer]?.send("POST", path, JSON.stringify(workflowOf(index)));
      if (status !== 201) throw new Error(`POST answered ${status}`);
    },
    async stop() {
      for (const post of posts) post.close();
      await server.stop();
    },
  };
}

export async function etcd(): Promise<Contestant> {
  let port = 0;
  const server = await ServerProcess.start(async (dir) => {
    const command = await etcdCommand(dir);
    port = command.port;
    return command;
  });
  const puts = new EtcdPuts(port, writers);
  return {
    ...{ name: "etcd", server, port, isWatched: false },
    async wait(connection, index, told) {
      // etcdserverpb.WatchRequest: 1 is the request to make one (WatchCreateRequest: 1 is the key).
      const key = new BinaryWriter().tag(1, WireType.LengthDelimited).string(keyOf(index)).finish();
      const request = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(key).finish();
      await connection.listen("/etcdserverpb.Watch/Watch", request, (message) => {
        const [, found] = /node-(\d+)/.exec(message.toString("latin1")) ?? [];
        told(Number(found ?? -1));
      });
      await connection.closed;
    },
    give: (index, writer) => puts.put(writer, index),
    async stop() {
      puts.close();
      await server.stop();
    },
  };
}
