// The command line: global options, and every command in the order that help shows them.
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { version } from "../version.ts";
import { kubectlVerbs } from "./kubectl-verbs.ts";
import { type CommandModule, LazyCommand } from "./lazy-command.ts";

/** Exit codes are shown with the help of the program, since scripts rely on them. */
const exitCodeHelp = `
Exit codes: 0 done, 1 tried and failed, 2 wrong command line or file, 3 not found, 4 timed out,
            69 no server or something missing on this machine, 77 token refused, 130 Ctrl-C.
The server is found by --server, --token-file and --certificate-authority, TINK_SERVER, TINK_TOKEN and TINK_CA, the kubeconfig that
KUBECONFIG names where "tink up" has written it, or that of "tink up" on this machine.`;

type Row = readonly [words: string, description: string, module: () => Promise<CommandModule>];

/**
 * All commands, by the headings that help shows. A command's module, and all that it imports, is loaded when that command runs or is
 * asked for its help.
 */
const groups: { readonly [heading: string]: readonly Row[] } = {
  "Server and first steps:": [
    [
      "demo",
      "install a virtual machine with an empty disk over the network, and log in to it",
      () => import("../commands/lab/demo.ts"),
    ],
    [
      "up",
      "run the server: DHCP, TFTP, HTTP boot, metadata, worker protocol, controllers, resource API",
      () => import("../commands/server/up.ts"),
    ],
    ["lab", "a virtual rack: QEMU machines on a network of their own", () => import("../commands/lab/lab.ts")],
    ["hook", "the in-memory OS that machines boot into", () => import("../commands/images/hook.ts")],
    ["image", "disk images for machines", () => import("../commands/images/image.ts")],
  ],
  "Machines and workflows:": [
    [
      "explain <machine...>",
      "say what a machine is waiting for, why, and what to do: by name, MAC, address or workflow/NAME",
      () => import("../commands/machines/explain.ts"),
    ],
    [
      "watch <resource...>",
      "follow workflow/NAME to its end (exit 1 when it fails), or what happens to hardware/NAME",
      () => import("../commands/machines/watch.ts"),
    ],
    ["logs <workflow>", "show what a workflow's actions wrote", () => import("../commands/machines/logs.ts")],
    ["events", "show what happened: of all, or --for hardware/NAME", () => import("../commands/machines/events.ts")],
    [
      "machine",
      "a first machine, without YAML: machine add NAME --mac … --ip …",
      () => import("../commands/machines/machine.ts"),
    ],
    ["template", "templates of workflows", () => import("../commands/machines/template.ts")],
    ["workflow", "workflows that are there: retry, cancel", () => import("../commands/machines/workflow.ts")],
  ],
  "Objects, as kubectl has them:": [
    ["apply", "create or change objects as files describe them", () => import("../commands/objects/apply.ts")],
    ["diff", "show what an apply of files would change", () => import("../commands/objects/diff.ts")],
    [
      "get [resource...]",
      "show objects: get hw, get hw,wf, get all, get wf/NAME, get -f FILE",
      () => import("../commands/objects/get.ts"),
    ],
    [
      "describe <resource...>",
      "show an object in full, and its timeline: describe hardware/NAME",
      () => import("../commands/objects/describe.ts"),
    ],
    [
      "edit [resource...]",
      "change an object in your editor: edit hw/NAME",
      () => import("../commands/objects/edit.ts"),
    ],
    [
      "patch [resource...]",
      "change fields of an object: patch hw/NAME -p PATCH",
      () => import("../commands/objects/patch.ts"),
    ],
    [
      "label [resource...]",
      "set or remove labels: label hw/NAME rack=a old-",
      () => import("../commands/objects/label.ts"),
    ],
    [
      "annotate [resource...]",
      "set or remove annotations: annotate hw/NAME note=text",
      () => import("../commands/objects/annotate.ts"),
    ],
    [
      "wait [resource...]",
      "wait for a condition, a value, a creation or a deletion: wait wf/NAME --for=…",
      () => import("../commands/objects/wait.ts"),
    ],
    [
      "delete [resource...]",
      "remove objects: delete workflow/NAME, delete hw NAME…, delete wf -l LABELS, delete -f FILE",
      () => import("../commands/objects/delete.ts"),
    ],
    ["create", "make objects that are not there yet: create -f FILE", () => import("../commands/objects/create.ts")],
    [
      "replace",
      "make objects what files say, and nothing more: replace -f FILE",
      () => import("../commands/objects/replace.ts"),
    ],
    [
      "explain-field <field>",
      "say what a field of a kind does: explain-field hardware.spec.interfaces.dhcp",
      () => import("../commands/objects/explain-field.ts"),
    ],
    ["api-resources", "list the kinds that the server has", () => import("../commands/objects/api-resources.ts")],
    [
      "api-versions",
      "list the groups and versions that the server has",
      () => import("../commands/objects/api-versions.ts"),
    ],
  ],
  "Who may use the API:": [
    [
      "token",
      "tokens by which others get in: create NAME, list, revoke NAME",
      () => import("../commands/access/token.ts"),
    ],
    ["ca", "the CA that signs the API's certificate: show, rotate", () => import("../commands/access/ca.ts")],
  ],
  "This program:": [
    ["version", "print the version", () => import("../commands/program/version.ts")],
    [
      "help [command...]",
      "show what a command does and takes: help lab add",
      () => import("../commands/program/help.ts"),
    ],
    [
      "completion <shell>",
      "print a script that makes a shell complete tink",
      () => import("../commands/program/completion.ts"),
    ],
  ],
};

/** What nobody types by themselves. */
const hidden: readonly Row[] = [
  [
    "complete [words...]",
    "print what can follow, a line each: the word, a tab, what it is",
    () => import("../commands/program/complete.ts"),
  ],
  ...kubectlVerbs.map((verb): Row => [`${verb} [words...]`, "", () => import("../commands/program/not-here.ts")]),
];

export function addCommands(program: Command, context: CliContext): Command {
  program
    .name("tink")
    .description("Turns machines with nothing on their disks into servers.")
    .version(version, "-V, --version", "print the version")
    .option("--server <url>", "resource API, such as https://127.0.0.1:7480")
    .option("--certificate-authority <file>", "the CA that signs its certificate (TINK_CA)")
    .option("--insecure-plain-http", "send the token over plain HTTP to another machine (TINK_INSECURE_PLAIN_HTTP=1)")
    .option("--token-file <file>", "file with its token")
    .option("--token <token>", "its token (better in a file or TINK_TOKEN: command lines are seen by others)")
    .option("--data-dir <dir>", "data folder of the tink up to talk to")
    .option("-n, --namespace <name>", "namespace", "default")
    .addHelpText("after", exitCodeHelp)
    .showHelpAfterError("(--help says more)")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: context.stdout, writeErr: context.stderr })
    .hook("preSubcommand", async (_program, command) => {
      if (command instanceof LazyCommand) await command.load();
    });
  const add = ([words, description, module]: Row, options = {}): void =>
    void program.addCommand(
      new LazyCommand(words, context, module).copyInheritedSettings(program).description(description),
      options,
    );
  for (const [heading, rows] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const row of rows) add(row);
  }
  for (const row of hidden) add(row, { hidden: true });
  return program;
}
