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
import { driverOf, type ImageSource, partElsewhere, whatIs } from "./image-source.ts";
import { namesOtherFiles } from "./other-files.ts";

const qemuImg = { package: "qemu-utils", purpose: "reading disk images of virtual machines (qemu-img)" };
type Argv = readonly [string, ...string[]];
const compressors: Readonly<Record<string, Argv>> = {
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
  const compressor = compressorFor(out);
  const { is, mend, isPart } = whatIs(source);
  if (isPart) throw notWhole();
  const driver = driverOf(is);
  if (mend !== undefined && driver === undefined)
    throw new CliError("failed", `Nothing was converted: it is ${is}, no disk. ${mend}.`);
  // Beside the result, so that it is on the same disk.
  const work = await makeWorkFolder(dirname(out), ".tink-image").catch((cause: unknown) => {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new CliError("usage", `${out} cannot be written: ${cause.message}. Nothing was converted`, { cause });
  });
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
    await rename(compressor === undefined ? raw : await compressed(raw, compressor, progress, signal), out);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Such a file can name others, whose content would be in the result: of this computer, whoever made it. */
async function refuseReferences(file: string, driver: string, signal: AbortSignal): Promise<void> {
  const info = ["qemu-img", "info", "-f", driver, "--output=json", file] as const;
  if (namesOtherFiles(JSON.parse(await runProgram(info, { signal })), file)) throw notWhole();
}

function notWhole(): CliError {
  return new CliError("failed", `Nothing was converted: ${partElsewhere.is}. ${partElsewhere.mend}`);
}

/** By the extension of `out`. @throws {CliError} `usage` for one that says something else than what would be in it. */
function compressorFor(out: string): Argv | undefined {
  const [, extension = ""] = /\.(\w+)$/.exec(out.toLowerCase()) ?? [];
  if (Object.hasOwn(compressors, extension)) return compressors[extension];
  if (!otherForms.has(extension)) return undefined;
  const forms = "raw (.raw or .img), or raw compressed by zstd (.zst), gzip (.gz) or xz (.xz)";
  throw new CliError("usage", `${out}: .${extension} is not written; what can be is ${forms}. Nothing was converted`);
}

/** Extensions of what is no raw image, and of compressions that are read alone. */
const otherForms: ReadonlySet<string> = new Set(
  "qcow qcow2 qed vmdk vhd vhdx vpc vdi hdd parallels iso wim ova ovf tar tgz txz zip 7z rar bz2 bzip2 lz4 lz lzma lzo zs".split(
    " ",
  ),
);

/** @returns Where the result is. */
async function compressed(raw: string, argv: Argv, progress: Progress, signal: AbortSignal): Promise<string> {
  progress.step("Compressing");
  const [program, ...args] = argv;
  const result = `${raw}.compressed`;
  const file = await open(result, "w");
  const child = spawn(program, [...args, raw], { stdio: ["ignore", file.fd, "inherit"], signal });
  const [code] = (await once(child, "close")) as [number | null];
  await file.close();
  if (code !== 0) throw new CliError("failed", `${program} ended with exit code ${code}: nothing was written`);
  return result;
}
