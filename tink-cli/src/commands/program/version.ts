// tink version
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { version } from "../../version.ts";

export function configure(command: Command, context: CliContext): void {
  command.option("-o, --output <format>", "json for programs").action(({ output }: { output?: string }) => {
    const facts = { version, node: process.version, platform: `${process.platform}/${process.arch}` };
    context.stdout(
      output === "json"
        ? `${JSON.stringify(facts)}\n`
        : `tink ${version} (Node ${process.version}, ${facts.platform})\n`,
    );
  });
}
