// tink wait: until objects are as they are wanted, or the time is up. It watches; nothing is asked again and again.
import type { Resource } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { readTimeout } from "../../command-line/option-values.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import { missing } from "../../machines/missing-object.ts";
import { addSelection, type Selected, type Selection, selectObjects, subjectOf } from "../../objects/selection.ts";
import { readAwaited } from "../../objects/wait-condition.ts";
import { type Patience, waitForAll } from "../../objects/wait-for-all.ts";

type WaitOptions = Selection & { for: string; timeout: number };

/** A server that has not answered by then has nothing to show. */
const lookOnceSeconds = 30;

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
      const deadline = AbortSignal.timeout((options.timeout || lookOnceSeconds) * 1000);
      const signal = AbortSignal.any([context.signal, deadline]);
      const late = (one: Selected, last: Resource | undefined) => {
        const now = last === undefined ? "" : awaited.standing(last);
        const text = `${subjectOf(one)} is not so after ${options.timeout} s: --for ${options.for}`;
        return new CliError("timed-out", now === "" ? text : `${text}; ${now}`);
      };
      const givenUp: Patience["givenUp"] = (...of) => (context.signal.aborted ? context.signal.reason : late(...of));
      const patience = {
        signal,
        looksOnce: options.timeout === 0,
        givenUp,
        missing: (one: Selected) => missing(one, connected),
      };
      const waits = waitForAll(connected.clients, selected, awaited, patience);
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
