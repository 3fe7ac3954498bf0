// How fast image2disk writes a zstd image, beside the line that everybody types: curl | zstd -d | dd.
import { execFileSync, spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { actionProgram, bundleProgram } from "@neverland/actions";
import { ensurePackages } from "@neverland/debian";
import { median } from "./figures/median.ts";

export const summary = "image2disk: MB/s for a full and a sparse zstd image, beside curl | zstd -d | dd";

const rounds = 5;
const MiB = 1 << 20;

type Image = { readonly name: string; readonly rawFile: string; readonly zstdFile: string; readonly sizeBytes: number };
type Writer = { readonly name: string; readonly disk: string; argv(url: string): readonly [string, ...string[]] };

/** `run(["DIR"])` puts images and disks into DIR, for example on a disk that is to be measured. */
export async function run([parent = tmpdir()]: readonly string[] = []): Promise<void> {
  const needed = ["curl", "zstd"].map((name) => ({ package: name, purpose: "the peer of this benchmark" }));
  await ensurePackages(needed, { say: console.log, isRoot: process.getuid?.() === 0 });
  const dir = await mkdtemp(join(parent, "neverland-bench-"));
  const server = createServer((request, response) => {
    const file = join(dir, basename(request.url ?? ""));
    void stat(file).then(({ size }) => {
      response.setHeader("content-length", size);
      createReadStream(file, { highWaterMark: MiB }).pipe(response);
    });
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const writers = [await ours(dir), peer(dir)] as const;
    console.log(
      `${cpus().length} CPUs, in ${dir}; median of ${rounds} alternating runs, process start and fsync included`,
    );
    await compare(await makeImage(dir, "full", 1), writers, `http://127.0.0.1:${port}`, 1);
    await compare(await makeImage(dir, "sparse", 4), writers, `http://127.0.0.1:${port}`, 1);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  }
}

async function ours(dir: string): Promise<Writer> {
  const bundle = join(dir, "image2disk.cjs");
  await writeFile(bundle, await bundleProgram(actionProgram("image2disk")));
  const disk = join(dir, "disk-ours");
  const settings = (url: string): string[] => [`IMG_URL=${url}`, `DEST_DISK=${disk}`, "COMPRESSED=true"];
  return {
    name: "image2disk",
    disk,
    argv: (url) => ["env", ...settings(url), "DEST_ALLOW_FILE=true", process.execPath, bundle],
  };
}

function peer(dir: string): Writer {
  const disk = join(dir, "disk-peer");
  const line = `curl -sS "$0" | zstd -dcq | dd of="$1" bs=4M iflag=fullblock conv=notrunc,fsync status=none`;
  return { name: "curl | zstd -d | dd", disk, argv: (url) => ["bash", "-o", "pipefail", "-c", line, url, disk] };
}

/** Node's own binary four times: code and tables as on a disk. Of a sparse image, three parts of four are zeros. */
async function makeImage(dir: string, name: string, spread: number): Promise<Image> {
  const rawFile = join(dir, `${name}.raw`);
  const zstdFile = join(dir, `${name}.zst`);
  const raw = await open(rawFile, "w");
  const source = await open(process.execPath);
  let offset = 0;
  for (let copy = 0; copy < 4; copy += 1)
    for await (const chunk of source.createReadStream({ start: 0, highWaterMark: 32 * MiB, autoClose: false })) {
      await raw.write(chunk, 0, chunk.length, offset);
      offset += chunk.length * spread;
    }
  await raw.truncate(offset);
  await raw.close();
  await source.close();
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  await pipeline(createReadStream(rawFile, { highWaterMark: MiB }), zstd, createWriteStream(zstdFile));
  return { name, rawFile, zstdFile, sizeBytes: offset };
}

async function compare(
  image: Image,
  writers: readonly [Writer, Writer],
  origin: string,
  warmUps: number,
): Promise<void> {
  const seconds = writers.map((): number[] => []);
  for (const { disk } of writers) {
    // A used disk of the image's size: what must be zero has to be made so.
    await writeFile(disk, "");
    execFileSync("fallocate", ["--length", String(image.sizeBytes), disk]);
  }
  for (let round = -warmUps; round < rounds; round += 1)
    for (const [index, writer] of writers.entries()) {
      const took = await timed(writer.argv(`${origin}/${basename(image.zstdFile)}`));
      if (round >= 0) seconds[index]?.push(took);
    }
  for (const { disk } of writers) execFileSync("cmp", [image.rawFile, disk]);
  const rates = seconds.map((times) => image.sizeBytes / 1e6 / median(times));
  console.log(
    `\n${image.name} image: ${Math.round(image.sizeBytes / 1e6)} MB, ${await megabytes(image.zstdFile)} MB as zstd`,
  );
  for (const [index, { name }] of writers.entries())
    console.log(
      `${name.padEnd(20)} ${rates[index]?.toFixed(0).padStart(6)} MB/s  (s: ${seconds[index]?.map((each) => each.toFixed(2)).join(" ")})`,
    );
  const [own = 0, other = 1] = rates;
  console.log(
    `ratio ${(own / other).toFixed(2)}x   goal >= 1.0x${image.name === "sparse" ? ", and faster than the full image" : ""}`,
  );
}

async function timed([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  const startMs = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said = text;
  });
  child.on("error", reject);
  child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${said}`))));
  await promise;
  return (performance.now() - startMs) / 1000;
}

async function megabytes(file: string): Promise<number> {
  return Math.round((await stat(file)).size / 1e6);
}

if (import.meta.main) await run(process.argv.slice(2));
