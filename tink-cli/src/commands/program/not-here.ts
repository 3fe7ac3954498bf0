// Verbs of kubectl that tink does not have: each says what does it instead.
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { insteadOf } from "../../command-line/kubectl-verbs.ts";

export function configure(command: Command): void {
  command
    .allowUnknownOption()
    .helpOption(false)
    .action(() => {
      const verb = command.name();
      throw new CliError("usage", `there is no tink ${verb}: ${insteadOf(verb)}.`);
    });
}
