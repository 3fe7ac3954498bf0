// tink completion: a script for the shell that completes commands, options and resource kinds.
import tab from "@bomb.sh/tab/commander";
import { type KindInfo, kinds } from "@neverland/api";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";

/** Must be added last: it completes the commands that are there. */
export function addCompletionCommand(program: Command, _context: CliContext): void {
  const completion = tab(program, { completionCommandName: "completion" });
  const names = Object.values<KindInfo>(kinds).map((info) => info.plural);
  for (const command of ["get", "describe", "delete", "watch"]) {
    const found = completion.commands.get(command);
    found?.argument(
      "resource",
      (complete) => {
        for (const name of names) complete(name, "");
      },
      true,
    );
  }
}
