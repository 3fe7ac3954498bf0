// Makes the API client that a command uses, from the global options.
import { ApiClient } from "@neverland/api";
import type { Command } from "commander";
import { findConnection } from "./connection.ts";
import type { CliContext } from "./context.ts";

export type GlobalOptions = { server?: string; token?: string; dataDir?: string; namespace: string };

export async function connect(
  command: Command,
  context: CliContext,
): Promise<{ client: ApiClient; namespace: string; connection: { server: string; token: string } }> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const connection = await findConnection(options, context.env, context.isRoot);
  return { client: new ApiClient(connection), namespace: options.namespace, connection };
}
