// tink version
import type { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import type { CliContext } from "../context.ts";

export const { version } = packageJson;

export function addVersionCommand(program: Command, context: CliContext): void {
  program
    .command("version")
    .description("print the version")
    .option("-o, --output <format>", "json for programs")
    .action(({ output }: { output?: string }) => {
      const facts = { version, node: process.version, platform: `${process.platform}/${process.arch}` };
      context.stdout(
        output === "json"
          ? `${JSON.stringify(facts)}\n`
          : `tink ${version} (Node ${process.version}, ${facts.platform})\n`,
      );
    });
}
