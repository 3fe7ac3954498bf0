// tink token: who else may use the API. The server is told the hash alone: it never has the token, nor has a backup of its store.
import { kinds } from "@neverland/api";
import { isLoopback } from "@neverland/api/loopback";
import { newToken, tokenHash } from "@neverland/api/new-token";
import { kubeconfigText } from "@neverland/resource-api/access-files.ts";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { readLifetime } from "../../command-line/option-values.ts";
import { clientsOf, connect, connectionOf } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { formatServerTable } from "../../output/server-table.ts";

type CreateOptions = { ttl?: number; output?: string };

export function configure(command: Command, context: CliContext): void {
  command
    .command("create <name>")
    .description("make a token and print it; it is shown this once")
    .option("--ttl <time>", "how long it is good, such as 90d or 12h (default: until it is revoked)", readLifetime)
    .option(
      "-o, --output <form>",
      "kubeconfig: print one, for another machine's kubectl and tink, in place of the token",
    )
    .action(async (name: string, options: CreateOptions) => await createToken(name, options, command, context));
  command
    .command("list")
    .description("show the names of all tokens, when each is over, and when it was last used (to the hour)")
    .action(async () => {
      const { clients } = await connect(command, context);
      const table = await clients(kinds.AccessToken).table({});
      if (table.rows.length === 0) context.stderr("No tokens, but for the server's own.\n");
      else context.stdout(formatServerTable(table, { wide: false, withNamespace: false }));
    });
  command
    .command("revoke <name>")
    .description("let nobody in by it any more, at once")
    .action(async (name: string) => {
      const { clients } = await connect(command, context);
      const tokens = clients(kinds.AccessToken);
      if ((await tokens.get({ namespace: "", name })) === undefined)
        throw new CliError("not-found", `There is no token "${name}"; tink token list shows those that there are.`);
      await tokens.delete({ namespace: "", name });
      context.stderr(`token ${name} revoked\n`);
    });
}

async function createToken(
  name: string,
  { ttl, output }: CreateOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  if (output !== undefined && output !== "kubeconfig")
    throw new CliError("usage", `-o ${output}: expected kubeconfig, or leave it out and have the token alone.`);
  const connection = await connectionOf(command, context);
  const token = newToken();
  const expires = ttl === undefined ? {} : { expiresAt: new Date(context.nowMs() + ttl).toISOString() };
  const spec = { sha256: tokenHash(token), ...expires };
  await clientsOf(connection)(kinds.AccessToken).create({ metadata: { name, namespace: "" }, spec });
  context.stdout(output === undefined ? `${token}\n` : kubeconfigText({ ...connection, token }));
  const until = expires.expiresAt === undefined ? `until "tink token revoke ${name}"` : `until ${expires.expiresAt}`;
  context.stderr(`token ${name} created; it may do everything, ${until}\n`);
  if (output !== undefined && isLoopback(new URL(connection.server).hostname))
    context.stderr(
      `Warning: the kubeconfig names ${connection.server}, which is this machine alone; for another one make it with --server and the address that it knows\n`,
    );
}
