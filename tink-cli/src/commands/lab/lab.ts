// tink lab: a virtual rack to play with or to test templates on; it goes on until it is destroyed.
import { homedir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensurePackages } from "@neverland/debian";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import type { AcceleratorWish, RackRequest, RunningLab } from "@neverland/lab";
import { Argument, type Command, Option } from "commander";
import { numberUpTo } from "../../command-line/option-values.ts";
import type { CliContext } from "../../context.ts";
import { makeKeyCommand, privateKeyFile } from "../../machines/ssh-keys.ts";
import { startProgress } from "../../output/progress.ts";
import { formatTable } from "../../output/table.ts";
import { ownCommand } from "../../own-command.ts";

type LabOptions = { dir: string };
type StartOptions = LabOptions & { accel: AcceleratorWish };
type SerialOptions = LabOptions & { follow?: boolean };
type PowerAction = Parameters<RunningLab["power"]>[1];
type AddOptions = LabOptions & {
  firmware: "bios" | "uefi";
  memory: number;
  disk: number;
  cpus: number;
  mac?: string;
  nic: RackRequest["nic"];
  bus: RackRequest["disk"];
};

const destroyTimeoutMs = 30_000;

export function configure(lab: Command, context: CliContext): void {
  const dir = defaultLabDir(context.env);
  const addTo = (words: string, description: string): Command =>
    lab
      .command(words)
      .description(description)
      .option("--dir <dir>", "the lab's folder: disks, serial logs, packet captures", dir);
  addTo("start", "start an empty lab in the background")
    .addOption(acceleratorOption())
    .action(async (options: StartOptions) => {
      const reason = await start(options, context);
      context.stdout(`A lab runs in ${options.dir} (${reason}). Next:\n${typed(options.dir, ["lab up"], context)}`);
    });
  addTo("up [args...]", "run tink up in it, with what machines boot, until Ctrl-C: lab up -- --no-dhcp")
    .addOption(acceleratorOption())
    .action(async (args: string[], options: StartOptions) => await up(args, options, context));
  addTo("add <name>", "put a machine into it, switched off")
    .addOption(new Option("--firmware <kind>", "BIOS or UEFI").choices(["bios", "uefi"]).default("bios"))
    .option("--memory <MiB>", "memory", numberUpTo(1 << 20), 1024)
    .option("--disk <GiB>", "size of its empty disk", numberUpTo(16_384), 8)
    .option("--cpus <count>", "processors", numberUpTo(64), 1)
    .option("--mac <address>", "of its network card (default: the next free one)")
    .addOption(new Option("--nic <model>", "network card").choices(["virtio", "e1000", "e1000e"]).default("virtio"))
    .addOption(
      new Option("--bus <kind>", "what its disk is attached to").choices(["virtio", "nvme", "sata"]).default("virtio"),
    )
    .action(async (name: string, options: AddOptions) => await add(name, options, context));
  addTo("list", "show the machines").action(async (options: LabOptions) =>
    print(await (await open(options.dir)).list(), context),
  );
  addTo("power <name>", "switch a machine, or press its reset or power button")
    .addArgument(new Argument("<action>", "what to do").choices(["on", "off", "cycle", "reset", "button"]))
    .action(async (name: string, action: PowerAction, options: LabOptions) =>
      print([await (await open(options.dir)).power(name, action)], context),
    );
  addTo("serial <name>", "show a machine's serial port")
    .option("-f, --follow", "go on until Ctrl-C")
    .action(async (name: string, options: SerialOptions) => await serial(name, options, context));
  addTo("remove <name>", "power a machine off and forget it").action(async (name: string, options: LabOptions) => {
    await (await open(options.dir)).remove(name);
    context.stdout(`${name} was removed; its disk and logs stay in ${join(options.dir, "machines", name)}\n`);
  });
  addTo(
    "exec <program> [args...]",
    "run a program on the lab's network, where you are: lab exec -- tink get hw",
  ).action(
    async (name: string, args: string[], options: LabOptions) =>
      await (await import("../../lab/lab-exec.ts")).labExec(options.dir, [name, ...args], context),
  );
  addTo("destroy", "power everything off and end the lab").action(async (options: LabOptions) => {
    await (await loadLab()).destroyLab(options.dir, { signal: context.signal, timeoutMs: destroyTimeoutMs });
    context.stdout(`The lab has ended; disks and logs stay in ${options.dir}\n`);
  });
}

function defaultLabDir(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_STATE_HOME || join(homedir(), ".local/state"), "neverland/lab");
}

async function serial(name: string, { dir, follow }: SerialOptions, context: CliContext): Promise<void> {
  const stream = await (await open(dir)).serial(name, follow ?? false);
  context.signal.addEventListener("abort", () => stream.destroy(), { once: true });
  try {
    // On a terminal firmware's colours and cursor movements would only be in the way of its words.
    const shown = (text: string): string => (context.isTerminal ? stripVTControlCharacters(text) : text);
    for await (const text of stream.setEncoding("utf8")) context.stdout(shown(String(text)));
  } catch (error) {
    if (!context.signal.aborted) throw error;
  }
  // Without this Ctrl-C would look like the end of what a machine had to say.
  context.signal.throwIfAborted();
}

/** Only when asked for: the other commands do without its weight. */
async function loadLab(): Promise<typeof import("@neverland/lab")> {
  return await import("@neverland/lab");
}

async function open(dir: string): Promise<RunningLab> {
  return await (await loadLab()).openLab(dir);
}

function acceleratorOption(): Option {
  return new Option("--accel <how>", "auto takes KVM when it can boot firmware")
    .choices(["auto", "kvm", "tcg"])
    .default("auto");
}

/** @returns How processors are run, and why. */
async function start({ dir, accel }: StartOptions, context: CliContext): Promise<string> {
  const { chooseAccelerator, labDebianPackages, startLab } = await loadLab();
  const progress = startProgress({ write: context.stderr, isTerminal: context.isTerminal, nowMs: context.nowMs });
  const say = (line: string): void => progress.step(line);
  await ensurePackages(labDebianPackages, { say, isRoot: context.isRoot, signal: context.signal }).finally(
    progress.done,
  );
  const { accelerator, reason } = await chooseAccelerator(
    accel,
    { cacheDir: defaultCacheDir(context.env) },
    context.signal,
  );
  await startLab({ dir, accelerator }, context.signal);
  return reason;
}

/** Lines to type as they stand, each with what finds this lab where it is not the usual one. */
function typed(dir: string, commands: readonly string[], { env }: CliContext): string {
  const flag = dir === defaultLabDir(env) ? "" : ` --dir ${dir}`;
  return commands.map((words) => `  ${ownCommand()} ${words.replace(/^(lab \w+)/, `$1${flag}`)}\n`).join("");
}

/** A lab's machine has another host key after each install. */
const newEachTime = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";

async function up(args: readonly string[], options: StartOptions, context: CliContext): Promise<void> {
  const { dir } = options;
  const isThere = await open(dir).then(
    () => true,
    () => false,
  );
  if (!isThere) await start(options, context);
  const { labUp } = await import("../../lab/lab-up.ts");
  const keyFile = await privateKeyFile(context.env);
  await labUp({ dir, args }, context, (flags) => {
    const find = flags.map((flag) => `${flag} `).join("");
    const next = [
      "lab add node-1 --mac 52:54:00:12:34:56",
      `${find}machine add node-1 --mac 52:54:00:12:34:56 --ip 10.77.0.50/24 --disk /dev/vda --install debian --boot-server 10.77.0.1:7080`,
      "lab power node-1 on",
      `${find}watch workflow node-1-debian`,
      // By its file: in the lab an ordinary user is root, in whose home ssh would look for it.
      `lab exec -- ssh -i ${keyFile ?? "~/.ssh/id_ed25519"} ${newEachTime} debian@10.77.0.50`,
    ];
    const key = keyFile === undefined ? `  ${makeKeyCommand}\n` : "";
    context.stdout(
      `tink up is ready; its log: ${join(dir, "server.log")}. From another terminal:\n${key}${typed(dir, next, context)}`,
    );
  });
  context.stdout(`tink up has ended; the lab goes on until:\n${typed(dir, ["lab destroy"], context)}`);
}

async function add(
  name: string,
  { dir, firmware, memory, disk, cpus, mac, nic, bus }: AddOptions,
  context: CliContext,
): Promise<void> {
  const request = {
    name,
    firmware,
    memoryMiB: memory,
    diskGiB: disk,
    cpus,
    ...(nic && { nic }),
    ...(bus && { disk: bus }),
    ...(mac && { mac }),
  };
  print([await (await open(dir)).add(request)], context);
}

function print(machines: Awaited<ReturnType<RunningLab["list"]>>, context: CliContext): void {
  const rows = machines.map((machine) => Object.values(machine).map(String));
  const [first] = machines;
  if (first === undefined) context.stderr("The lab has no machines; add one with: tink lab add NAME\n");
  else context.stdout(formatTable(Object.keys(first), rows));
}
