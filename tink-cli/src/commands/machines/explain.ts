// tink explain: what a machine is waiting for, why, and what to do.
import { type Explanation, explain } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import { type Asked, readAsked } from "../../machines/asked-machines.ts";
import { findSubject } from "../../machines/find-subject.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .option("-o, --output <format>", "json: state, because and todo as they stand, for programs; of several a list")
    .addHelpText(
      "after",
      "\nWhat a field of a manifest does is told by tink explain-field: explain-field hardware.spec.interfaces",
    );
  command.action(async (words: string[], { output }: { output?: string }) => {
    if (output !== undefined && output !== "json") throw new CliError("usage", `-o ${output}: expected json`);
    const asked = readAsked(words);
    const { clients, namespace } = await connect(command, context);
    const isOne = asked.length === 1;
    const explanations: Explanation[] = [];
    const tell = async (each: Asked): Promise<void> => {
      const explanation = explain({ ...(await findSubject(each, clients, namespace)), nowMs: context.nowMs() });
      if (output === undefined) context.stdout(`${isOne ? "" : `${each.word}: `}${textOf(explanation)}`);
      else explanations.push(explanation);
    };
    await eachOf(asked, tell, context);
    if (output !== undefined) context.stdout(`${JSON.stringify(isOne ? explanations[0] : explanations, null, 2)}\n`);
  });
}

function textOf({ state, because, todo }: Explanation): string {
  return `${[state, ...because.map((why) => `  because ${why}`), ...todo.map((what) => `  next: ${what}`)].join("\n")}\n`;
}
