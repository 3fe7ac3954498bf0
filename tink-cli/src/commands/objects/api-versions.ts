// tink api-versions: groups and versions of the API, as the server lists them.
import { DiscoveryClient } from "@neverland/api/discovery-client";
import type { Command } from "commander";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";

export function configure(command: Command, context: CliContext): void {
  command.action(async () => {
    const { transport } = await connect(command, context);
    const versions = await new DiscoveryClient(transport).versions();
    context.stdout(
      versions
        .toSorted()
        .map((version) => `${version}\n`)
        .join(""),
    );
  });
}
