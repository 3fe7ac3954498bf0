// The command line: global options, and every command in the order that help shows them.
import type { Command } from "commander";
import { addApplyCommand } from "./commands/apply.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addDeleteCommand } from "./commands/delete.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDescribeCommand } from "./commands/describe.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { addGetCommand } from "./commands/get.ts";
import { addHookCommand } from "./commands/hook.ts";
import { addImageCommand } from "./commands/image.ts";
import { addLabCommand } from "./commands/lab.ts";
import { addLogsCommand } from "./commands/logs.ts";
import { addTemplateCommand } from "./commands/template.ts";
import { addUpCommand } from "./commands/up.ts";
import { addVersionCommand, version } from "./commands/version.ts";
import { addWatchCommand } from "./commands/watch.ts";
import type { CliContext } from "./context.ts";

/** Exit codes are shown with the help of the program, since scripts rely on them. */
const exitCodeHelp = `
Exit codes: 0 done, 1 tried and failed, 2 wrong command line or file, 3 not found, 4 timed out,
            69 no server or something missing on this machine, 77 token refused, 130 Ctrl-C.
The server is found by --server and --token, TINK_SERVER and TINK_TOKEN, or the kubeconfig of "tink up" on this machine.`;

export function addCommands(program: Command, context: CliContext): Command {
  program
    .name("tink")
    .description("Turns machines with nothing on their disks into servers.")
    .version(version, "-V, --version", "print the version")
    .option("--server <url>", "resource API, such as http://127.0.0.1:7480")
    .option("--token <token>", "its token (better in TINK_TOKEN: command lines are seen by others)")
    .option("--data-dir <dir>", "data folder of the tink up to talk to")
    .option("-n, --namespace <name>", "namespace", "default")
    .addHelpText("after", exitCodeHelp)
    .showHelpAfterError("(--help says more)")
    .exitOverride()
    .configureOutput({ writeOut: context.stdout, writeErr: context.stderr });
  for (const add of [
    addDemoCommand,
    addUpCommand,
    addApplyCommand,
    addGetCommand,
    addDescribeCommand,
    addDeleteCommand,
    addWatchCommand,
    addLogsCommand,
    addExplainCommand,
    addTemplateCommand,
    addLabCommand,
    addHookCommand,
    addImageCommand,
    addVersionCommand,
    addCompletionCommand,
  ])
    add(program, context);
  return program;
}
