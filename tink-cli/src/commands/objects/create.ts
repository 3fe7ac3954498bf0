// tink create -f: makes objects that are not there yet; tink create namespace NAME makes that.
import { kinds } from "@neverland/api";
import type { Command } from "commander";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { configureFiles } from "../../objects/write-files.ts";

export function configure(command: Command, context: CliContext): void {
  configureFiles(command, context, "created", async ({ clients }, kind, object, dryRun) =>
    clients(kind).create(object, { dryRun, fieldValidation: "Ignore" }),
  );
  command
    .command("namespace <name>")
    .alias("ns")
    .description("make a namespace")
    .action(async (name: string, _options: object, own: Command) => {
      const { clients } = await connect(own, context);
      await clients(kinds.Namespace).create({ metadata: { name } });
      context.stdout(`namespace/${name} created\n`);
    });
}
