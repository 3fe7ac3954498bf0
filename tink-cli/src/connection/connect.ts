// Makes the API clients that a command uses, from the global options.
import type { TransportOptions } from "@neverland/api";
import type { KindNames } from "@neverland/api/kind-names";
import { ResourceClient } from "@neverland/api/resource-client";
import { trustingFetch } from "@neverland/api/trusting-fetch";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { NearNames } from "../machines/near-name.ts";
import { type Connection, findConnection } from "./connection.ts";

export type GlobalOptions = {
  server?: string;
  token?: string;
  tokenFile?: string;
  certificateAuthority?: string;
  dataDir?: string;
  insecurePlainHttp?: boolean;
  namespace: string;
  fieldManager?: string;
};

/** Who sets fields, where a command is not told another name. */
export const defaultManager = "tink";

/** A client for each kind. */
export type Clients = <K extends KindNames>(kind: K) => ResourceClient<K>;

export function clientsOf(
  connection: Connection,
  onWarning?: (text: string) => void,
  fieldManager = defaultManager,
): Clients {
  const transport = { ...transportOf(connection), fieldManager, ...(onWarning && { onWarning }) };
  return (kind) => new ResourceClient(kind, transport);
}

function transportOf({ server, token, tokenFrom, authority, serverName }: Connection): TransportOptions {
  const isOwn = server.startsWith("https:") && (authority !== undefined || serverName !== undefined);
  const trusting = isOwn ? { fetch: trustingFetch({ authority, serverName }) } : {};
  return { server, token, tokenFrom, ...trusting };
}

/** What `-n` says, where somebody typed it. */
export function askedNamespace(command: Command): string | undefined {
  const isTyped = command.getOptionValueSourceWithGlobals("namespace") === "cli";
  return isTyped ? command.optsWithGlobals<GlobalOptions>().namespace : undefined;
}

export type Connected = {
  readonly clients: Clients;
  /** Whose warnings name what they are about: `hardware/node-1`. */
  readonly clientsFor: (subject: string) => Clients;
  readonly namespace: string;
  /** For what is not there. */
  readonly nearNames: NearNames;
  /** For what is no object of a kind. */
  readonly transport: TransportOptions;
};

export async function connectionOf(command: Command, { env, isRoot }: CliContext): Promise<Connection> {
  return await findConnection(command.optsWithGlobals<GlobalOptions>(), env, isRoot);
}

export async function connect(command: Command, context: CliContext): Promise<Connected> {
  const { fieldManager, namespace } = command.optsWithGlobals<GlobalOptions>();
  const connection = await connectionOf(command, context);
  const clients = (prefix: string) =>
    clientsOf(connection, (text) => context.stderr(`Warning: ${prefix}${text}\n`), fieldManager);
  return {
    clients: clients(""),
    clientsFor: (subject) => clients(`${subject}: `),
    namespace,
    nearNames: new NearNames(clientsOf(connection)),
    transport: transportOf(connection),
  };
}
