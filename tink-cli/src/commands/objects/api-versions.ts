// tink api-versions: groups and versions of the API, as the server lists them.
import type { Command } from "commander";
import { connect } from "../../connect.ts";
import type { CliContext } from "../../context.ts";

export function configure(command: Command, context: CliContext): void {
  command.action(async () => {
    const { discovery } = await connect(command, context);
    const versions = await discovery.versions();
    context.stdout(
      versions
        .toSorted()
        .map((version) => `${version}\n`)
        .join(""),
    );
  });
}
