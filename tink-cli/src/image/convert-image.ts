// Makes the raw image that image2disk writes of whatever a vendor ships: unpacks it, and reads disks of other programs by qemu-img.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { ensurePackages, runProgram } from "@neverland/debian";
import { makeWorkFolder } from "@neverland/hook/work-folder";
import { CliError } from "../cli-error.ts";
import type { CliContext } from "../context.ts";
import type { Progress } from "../output/progress.ts";
import { type ImageSource, whatIs } from "./image-source.ts";

/** By what `whatIs` calls them: the driver of qemu-img. Never left to guess: a raw disk may begin with what its last user wrote. */
const drivers: Readonly<Record<string, string>> = {
  "a qcow2 file": "qcow2",
  "a QED file": "qed",
  "a VMDK file": "vmdk",
  "a VHDX file": "vhdx",
  "a VHD file that grows": "vpc",
  "a VDI file": "vdi",
  "a Parallels file": "parallels",
};
const qemuImg = { package: "qemu-utils", purpose: "reading disk images of virtual machines (qemu-img)" };
const compressors: Readonly<Record<string, readonly [string, ...string[]]>> = {
  zst: ["zstd", "-q", "-9", "-T0", "-c"],
  gz: ["gzip", "-c"],
  xz: ["xz", "-T0", "-c"],
};

/** @throws {CliError} `failed` for what is no disk, with what to do. */
export async function convertImage(
  source: ImageSource,
  out: string,
  { isRoot, signal }: Pick<CliContext, "isRoot" | "signal">,
  progress: Progress,
): Promise<void> {
  const { is, mend } = whatIs(source);
  const driver = drivers[is];
  if (mend !== undefined && driver === undefined)
    throw new CliError("failed", `Nothing was converted: it is ${is}, no disk. ${mend}.`);
  // Beside the result, so that it is on the same disk.
  const work = await makeWorkFolder(dirname(out), ".tink-image");
  try {
    if (driver !== undefined) await ensurePackages([qemuImg], { say: (line) => progress.step(line), isRoot, signal });
    progress.step("Reading the image");
    const raw = `${work}/raw`;
    const read = driver === undefined ? raw : `${work}/in`;
    await pipeline(source.chunks(), createWriteStream(read), { signal });
    if (driver !== undefined) {
      progress.step(`Converting ${is} to a raw disk`);
      await refuseReferences(read, driver, signal);
      await runProgram(["qemu-img", "convert", "-f", driver, "-O", "raw", read, raw], { signal });
    }
    await rename(await compressed(raw, out, progress, signal), out);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Such a file can name others, whose content would be in the result: of this computer, whoever made it. */
async function refuseReferences(file: string, driver: string, signal: AbortSignal): Promise<void> {
  const info = ["qemu-img", "info", "-f", driver, "--output=json", file] as const;
  const facts = JSON.parse(await runProgram(info, { signal })) as Readonly<Record<string, unknown>>;
  const text = JSON.stringify(facts["format-specific"] ?? {});
  if (facts["backing-filename"] === undefined && !text.includes('"data-file"')) return;
  const sentence = "Nothing was converted: a part of this disk is in another file, which it names";
  throw new CliError("failed", `${sentence}. Put both together where it comes from: qemu-img convert -O qcow2`);
}

/** By the extension of `out`. @returns Where the result is. */
async function compressed(raw: string, out: string, progress: Progress, signal: AbortSignal): Promise<string> {
  const extension = /\.(\w+)$/.exec(out)?.[1] ?? "";
  const argv = Object.hasOwn(compressors, extension) ? compressors[extension] : undefined;
  if (argv === undefined) return raw;
  progress.step("Compressing");
  const [program, ...args] = argv;
  const file = await open(`${raw}.${extension}`, "w");
  const child = spawn(program, [...args, raw], { stdio: ["ignore", file.fd, "inherit"], signal });
  const [code] = (await once(child, "close")) as [number | null];
  await file.close();
  if (code !== 0) throw new CliError("failed", `${program} ended with exit code ${code}: ${out} was not written`);
  return `${raw}.${extension}`;
}
