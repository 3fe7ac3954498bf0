// Chooses between KVM and emulation, by a probe whose answer is kept until the machine is booted anew.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../lab-error.ts";
import { type KvmVerdict, probeKvm } from "./kvm-probe.ts";
import type { Accelerator } from "./qemu-command.ts";

export type AcceleratorWish = "auto" | Accelerator;

export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  /** One sentence for people. */
  readonly reason: string;
}

export interface AcceleratorDeps {
  /** Where the answer is kept; without it every call probes. */
  readonly cacheDir?: string;
  /** For tests. Default: the real probe. */
  readonly probe?: (signal: AbortSignal) => Promise<KvmVerdict>;
}

/** @throws {LabError} `bad-spec` when KVM was demanded and cannot boot firmware here. */
export async function chooseAccelerator(
  wish: AcceleratorWish,
  deps: AcceleratorDeps,
  signal: AbortSignal,
): Promise<AcceleratorChoice> {
  if (wish === "tcg") return { accelerator: "tcg", reason: "emulation was asked for" };
  const verdict = await rememberedVerdict(deps, signal);
  if (verdict.usable) return { accelerator: "kvm", reason: verdict.reason };
  if (wish === "auto") return { accelerator: "tcg", reason: `${verdict.reason}, so the processor is emulated` };
  throw new LabError("bad-spec", `KVM was demanded, but ${verdict.reason}; use --accel auto or --accel tcg`);
}

async function rememberedVerdict(deps: AcceleratorDeps, signal: AbortSignal): Promise<KvmVerdict> {
  const probe = deps.probe ?? ((abort: AbortSignal) => probeKvm("qemu-system-x86_64", abort));
  if (deps.cacheDir === undefined) return probe(signal);
  // Another kernel or other permissions give another answer.
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const file = join(deps.cacheDir, `kvm-probe-${bootId}-uid${process.getuid?.()}.json`);
  const known = await readVerdict(file);
  if (known !== undefined) return known;
  const verdict = await probe(signal);
  // Where nothing can be kept, the probe is run again next time.
  if (!signal.aborted) await keep(file, verdict, deps.cacheDir).catch(() => undefined);
  return verdict;
}

async function readVerdict(file: string): Promise<KvmVerdict | undefined> {
  try {
    const { usable, reason }: Partial<KvmVerdict> = JSON.parse(await readFile(file, "utf8"));
    return typeof usable === "boolean" && typeof reason === "string" ? { usable, reason } : undefined;
  } catch {
    return undefined; // none yet, or cut short: the probe is cheap
  }
}

async function keep(file: string, verdict: KvmVerdict, cacheDir: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(verdict));
  await rename(draft, file);
}
