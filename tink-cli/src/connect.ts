// Makes the API clients that a command uses, from the global options.
import { type KindInfo, ResourceClient } from "@neverland/api";
import type { Command } from "commander";
import { type Connection, findConnection } from "./connection.ts";
import type { CliContext } from "./context.ts";

export type GlobalOptions = { server?: string; token?: string; dataDir?: string; namespace: string };

/** Names `tink` as the manager of the fields it sets. */
const fieldManager = "tink";

/** A client for each kind. */
export type Clients = <K extends KindInfo>(kind: K) => ResourceClient<K>;

export function clientsOf(connection: Connection): Clients {
  return (kind) => new ResourceClient(kind, { server: connection.server, token: connection.token, fieldManager });
}

export async function connect(command: Command, context: CliContext): Promise<{ clients: Clients; namespace: string }> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const connection = await findConnection(options, context.env, context.isRoot);
  return { clients: clientsOf(connection), namespace: options.namespace };
}
