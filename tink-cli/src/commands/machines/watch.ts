// tink watch: follows one workflow until it has ended, or what happens to one machine.
import type { KindNames, ResourceKey } from "@neverland/api";
import type { Command } from "commander";
import { CliError, exitCodes } from "../../cli-error.ts";
import { readMeant } from "../../command-line/meant-targets.ts";
import { readTimeout } from "../../command-line/option-values.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import type { Looking } from "../../machines/missing-object.ts";
import { watchHardware } from "../../machines/watch-hardware.ts";
import { watchWorkflow } from "../../machines/watch-workflow.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .option("--timeout <time>", "give up after this long (exit 4): seconds, or 1m30s", readTimeout)
    .action(async (words: string[], { timeout }: { timeout?: number }) => {
      const connected = await connect(command, context);
      const [target] = await readMeant(words, connected);
      if (target?.name === undefined) throw new CliError("usage", "Name what to watch: workflow/NAME or hardware/NAME");
      const { namespace } = connected;
      const deadline = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
      const signal = deadline === undefined ? context.signal : AbortSignal.any([context.signal, deadline]);
      const key = { namespace, name: target.name };
      const subject = `${target.kind.singular}/${target.name}`;
      const tooLate = new CliError("timed-out", `${subject} was not done after ${timeout} s`);
      const code = await watcherOf(target.kind)(connected, key, signal, context).catch((error: unknown) => {
        throw deadline?.aborted ? tooLate : error;
      });
      if (code === exitCodes.interrupted && deadline?.aborted) throw tooLate;
      context.setExitCode(code);
    });
}

type Watcher = (looking: Looking, key: ResourceKey, signal: AbortSignal, context: CliContext) => Promise<number>;

function watcherOf({ kind, plural }: KindNames): Watcher {
  if (kind === "Workflow") return watchWorkflow;
  if (kind === "Hardware") return watchHardware;
  throw new CliError("usage", `tink watch follows workflows and hardware; for ${plural} there is tink get -w`);
}
