// tink wait: until objects are as they are wanted, or the time is up. It watches; nothing is asked again and again.
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { connect } from "../../connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import {
  addSelection,
  missing,
  type Selected,
  type Selection,
  selectObjects,
  subjectOf,
} from "../../objects/selection.ts";
import { readAwaited } from "../../objects/wait-condition.ts";
import { readTimeout } from "../../option-values.ts";

type WaitOptions = Selection & { for: string; timeout: number };

const examples = `
  tink wait wf/node-1-debian --for=jsonpath='{.status.state}'=SUCCESS --timeout 30m
  tink wait wf --all --for=condition=TemplateRenderedSuccess
  tink wait hw/node-1 --for=delete`;

export function configure(command: Command, context: CliContext): void {
  addSelection(command)
    .requiredOption("--for <what>", "condition=TYPE[=STATUS], delete, create or jsonpath={PATH}[=VALUE]")
    .option("--timeout <time>", "give up after this long (exit 4): seconds, or 1m30s; 0 looks once", readTimeout, 30)
    .addHelpText("after", examples)
    .action(async (words: string[], options: WaitOptions) => {
      const awaited = readAwaited(options.for);
      const connected = await connect(command, context);
      const selected = await selectObjects(words, options, connected, command, context);
      if (selected.length === 0)
        throw new CliError("not-found", "no object was selected, so there is nothing to wait for");
      // One deadline for all, which are watched at the same time.
      const deadline = AbortSignal.timeout(Math.max(options.timeout * 1000, 1));
      const signal = AbortSignal.any([context.signal, deadline]);
      const waits = selected.map((one) => {
        const done = waitFor(one);
        // Each is looked at in its turn below.
        done.catch(() => undefined);
        return { one, done };
      });
      async function waitFor(one: Selected): Promise<void> {
        const client = connected.clients(one.kind);
        const now = await client.get(one.key);
        if (awaited.isMet(now)) return;
        if (now === undefined && !awaited.mayBeMissing) throw missing(one);
        const late = () =>
          new CliError("timed-out", `${subjectOf(one)} is not so after ${options.timeout} s: --for ${options.for}`);
        if (options.timeout === 0) throw late();
        await client.waitFor(one.key, awaited.isMet, signal).catch((error: unknown) => {
          throw deadline.aborted ? late() : error;
        });
      }
      await eachOf(
        waits,
        async ({ one, done }) => {
          await done;
          context.stdout(`${subjectOf(one)} condition met\n`);
        },
        context,
      );
    });
}
