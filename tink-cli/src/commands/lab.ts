// tink lab: a virtual rack to play with or to test templates on; it goes on until it is destroyed.
import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensurePackages } from "@neverland/debian";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import type { AcceleratorWish, RackRequest, RunningLab } from "@neverland/lab";
import { Argument, type Command, Option } from "commander";
import type { CliContext } from "../context.ts";
import { numberUpTo } from "../option-values.ts";
import { formatTable } from "../output/table.ts";

type LabOptions = { dir: string };
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
    .addOption(
      new Option("--accel <how>", "auto takes KVM when it can boot firmware")
        .choices(["auto", "kvm", "tcg"])
        .default("auto"),
    )
    .action(async (options: LabOptions & { accel: AcceleratorWish }) => await start(options, context));
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
  addTo("exec <program> [args...]", "run a program inside the lab's network: lab exec -- ip addr").action(
    async (name: string, args: string[], options: LabOptions) => await exec(options.dir, [name, ...args], context),
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

async function start({ dir, accel }: LabOptions & { accel: AcceleratorWish }, context: CliContext): Promise<void> {
  const { chooseAccelerator, labDebianPackages, startLab } = await loadLab();
  await ensurePackages(labDebianPackages, {
    say: (line) => context.stderr(`${line}\n`),
    isRoot: context.isRoot,
    signal: context.signal,
  });
  const { accelerator, reason } = await chooseAccelerator(
    accel,
    { cacheDir: defaultCacheDir(context.env) },
    context.signal,
  );
  await startLab({ dir, accelerator }, context.signal);
  const flag = dir === defaultLabDir(context.env) ? "" : ` --dir ${dir}`;
  const next = ["add NAME", "exec -- tink up --interface br0 …", "power NAME on"].map((words) => {
    const [command = "", ...rest] = words.split(" ");
    return `  tink lab ${command}${flag} ${rest.join(" ")}\n`;
  });
  context.stdout(`A lab runs in ${dir} (${reason}). Next:\n${next.join("")}`);
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

/** With the user's own terminal; its exit code becomes ours. */
async function exec(dir: string, argv: readonly string[], context: CliContext): Promise<void> {
  const [program = "", ...args] = await (await loadLab()).labExecCommand(dir, argv);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  spawn(program, args, { stdio: "inherit" })
    .once("error", reject)
    .once("exit", (code) => resolve(code ?? 1));
  context.setExitCode(await promise);
}
