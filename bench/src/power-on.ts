// Power-on to login: the demo's install beside the same machine and image installed by hand, with dnsmasq and a script.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensurePackages } from "@neverland/debian";
import { ensureImage, imageBuildPackages } from "@neverland/hook";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import { chooseAccelerator, labDebianPackages, orderInLab } from "@neverland/lab";
import { buildByHandSystem, initramfsTools } from "./by-hand/initramfs.ts";
import type { ByHandOrder, ByHandResult } from "./by-hand/install.ts";
import { median } from "./figures/median.ts";

export const summary =
  "power-on to SSH, stage by stage, beside dnsmasq and a script: power-on [bios|uefi] [ROUNDS] [MiB]";

type Firmware = "bios" | "uefi";
type DemoResult = {
  readonly wallSeconds: number;
  readonly stages: readonly { readonly name: string; readonly seconds: number; readonly owner: string }[];
};
/** Seconds from power-on. */
type Milestones = Readonly<Record<string, number>>;

/** Milestones that both have, and the stage of the demo's bill that ends with each. */
const milestones: readonly (readonly [milestone: string, lastStage: string])[] = [
  ["script", "loader"],
  ["agent", "worker up"],
  ["written", "action write-image"],
  ["reboot", "action reboot"],
  ["metadata", "OS boot"],
  ["ssh", "SSH"],
];
/** Theirs is the time of the firmware and of the installed system's own start. */
const othersStages = new Set(["firmware", "reboot", "OS boot", "cloud-init", "SSH"]);

const root = join(import.meta.dirname, "../..");
const signal = AbortSignal.timeout(3 * 60 * 60_000);

export async function run([firmware = "bios", rounds = "3", memory = "1024"]: readonly string[] = []): Promise<void> {
  if (firmware !== "bios" && firmware !== "uefi") throw new Error(`The firmware is bios or uefi, not ${firmware}.`);
  const peer = [
    { package: "dnsmasq-base", purpose: "the DHCP and TFTP server of this benchmark's peer" },
    { package: "ipxe", purpose: "the boot loader of both" },
    ...initramfsTools,
  ];
  const options = { say: console.log, isRoot: process.getuid?.() === 0 };
  await ensurePackages([...labDebianPackages, ...imageBuildPackages, ...peer], options);
  const dir = await mkdtemp(join(tmpdir(), "bench-boot-"));
  try {
    const cacheDir = defaultCacheDir(process.env);
    const { accelerator, reason } = await chooseAccelerator("auto", { cacheDir }, signal);
    const imageDir = await ensureImage({ cacheDir, signal });
    const systemDir = join(dir, "system");
    await buildByHandSystem(systemDir, "http://10.77.0.1", signal);
    console.log(`${firmware}, ${accelerator} (${reason}), ${memory} MiB; median of ${rounds} alternating runs\n`);
    const settings = { firmware, accelerator, memoryMiB: Number(memory) } as const;
    const ours: Milestones[] = [];
    const byHand: Milestones[] = [];
    for (let round = 1; round <= Number(rounds); round += 1) {
      ours.push(await installWithTink(firmware, memory));
      byHand.push(await installByHand({ ...settings, imageDir, systemDir, dir: join(dir, `round-${round}`) }));
      console.log(
        `round ${round}: tink ${ours.at(-1)?.ssh?.toFixed(1)} s, by hand ${byHand.at(-1)?.ssh?.toFixed(1)} s`,
      );
    }
    print(ours, byHand);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function installWithTink(firmware: Firmware, memory: string): Promise<Milestones> {
  const argv = ["demo", "--firmware", firmware, "--memory", memory, "-o", "json"];
  const { stdout } = await promisify(execFile)(join(root, "tink"), argv, { signal });
  const { stages } = JSON.parse(stdout) as DemoResult;
  const reached: Record<string, number> = {};
  let sum = 0;
  let own = 0;
  for (const { name, seconds } of stages) {
    sum += seconds;
    if (!othersStages.has(name)) own += seconds;
    const milestone = milestones.find(([, lastStage]) => lastStage === name);
    if (milestone !== undefined) reached[milestone[0]] = sum;
  }
  return { ...reached, own };
}

async function installByHand(order: ByHandOrder): Promise<Milestones> {
  const script = join(import.meta.dirname, "by-hand/install.ts");
  return (await orderInLab<ByHandResult>(script, order, signal)).reached;
}

function print(ours: readonly Milestones[], byHand: readonly Milestones[]): void {
  const seconds = (value: number): string => `${value.toFixed(1)} s`.padStart(10);
  console.log(`\n${"reached after".padEnd(14)}${"tink".padStart(10)}${"by hand".padStart(10)}     ratio`);
  for (const [name] of milestones) {
    const [own, other] = [medianOf(ours, name), medianOf(byHand, name)];
    console.log(`${name.padEnd(14)}${seconds(own)}${seconds(other)}${(own / other).toFixed(2).padStart(10)}`);
  }
  console.log(`\nof it all but firmware and the system's own start: ${seconds(medianOf(ours, "own")).trim()}`);
  console.log("goal: every ratio below 1");
}

function medianOf(runs: readonly Milestones[], name: string): number {
  return median(runs.map((each) => each[name] ?? Number.NaN));
}
