// tink explain: what a machine is waiting for, why, and what to do.
import { explain } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { findSubject, readAsked } from "../../machines/find-subject.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .option("-o, --output <format>", "json: state, because and todo as they stand, for programs")
    .addHelpText(
      "after",
      "\nWhat a field of a manifest does is told by tink explain-field: explain-field hardware.spec.interfaces",
    );
  command.action(async (words: string[], { output }: { output?: string }) => {
    if (output !== undefined && output !== "json") throw new CliError("usage", `-o ${output}: expected json`);
    const asked = readAsked(words);
    const { clients, namespace } = await connect(command, context);
    const subject = await findSubject(asked, clients, namespace);
    const explanation = explain({ ...subject, nowMs: context.nowMs() });
    if (output === "json") return context.stdout(`${JSON.stringify(explanation, null, 2)}\n`);
    const { state, because, todo } = explanation;
    context.stdout(
      `${[state, ...because.map((why) => `  because ${why}`), ...todo.map((what) => `  next: ${what}`)].join("\n")}\n`,
    );
  });
}
