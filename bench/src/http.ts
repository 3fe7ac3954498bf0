// What a boot file costs over HTTP: tink up beside Debian's nginx, both on loopback of a network of the benchmark's own, in turns.
import { fork } from "node:child_process";
import { createHash, randomFillSync } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages, unpackPackages } from "@neverland/debian";
import { insideLabNamespace, runInLabNamespace } from "@neverland/lab";
import { median } from "./figures/median.ts";
import type { ReadOrder, ReadResult } from "./http/reader.ts";
import { nginxCommand, nginxLibraries, nginxPackage } from "./peers/nginx.ts";
import { writeHall } from "./scale/full-data-folder.ts";
import { machineAt } from "./workers/machine.ts";
import { ServerProcess } from "./workers/server-process.ts";
import { tinkUp } from "./workers/tink-up.ts";

export const summary = "http: boot files whole, in ranges and small, beside nginx";

const machines = 50;
const forMs = 2000;
const warmUps = 2;
const nginxPort = 7090;
const packagesFlag = "--packages";
const large = { name: "initramfs.img", sizeBytes: 150 * 1_000_000 };
const small = { name: "small.cfg", sizeBytes: 4096 };
/** Goals are ratios to the peer: of the rate at least, of its CPU at most. */
const cases = [
  { title: "150 MB, 1 connection", file: large, connections: 1, goal: ">= 0.9, <= 2" },
  { title: "150 MB, 50 connections", file: large, connections: 50, goal: ">= 0.9, <= 2" },
  { title: "64 KiB ranges, 50 connections", file: large, rangeBytes: 65_536, connections: 50, goal: ">= 1.0, <= 1.2" },
  { title: "4 KiB files, 50 connections", file: small, connections: 50, goal: ">= 1.0, <= 1.2" },
] as const;

type Case = (typeof cases)[number];
type Server = { readonly name: string; readonly url: URL; readonly prefix: string; readonly process: ServerProcess };
type Row = { readonly rate: number; readonly cpu: number; readonly residentMiB: number; readonly readerShare: number };

/** @param args `--rounds N`. */
export async function run(args: readonly string[]): Promise<void> {
  if (!insideLabNamespace()) return runInNetwork(args);
  const packagesDir = args[args.indexOf(packagesFlag) + 1] ?? "";
  const rounds = args[0] === "--rounds" ? Number(args[1]) : 3;
  const work = await mkdtemp(join(tmpdir(), "bench-http-"));
  const servers: Server[] = [];
  try {
    const root = join(work, "root");
    await mkdir(join(root, "files"), { recursive: true });
    const hashes = new Map<string, string>();
    for (const { name, sizeBytes } of [large, small])
      hashes.set(name, await writeRandom(join(root, "files", name), sizeBytes));
    servers.push(await startTink(root), await startNginx(root, packagesDir));
    for (const server of servers) for (const { name } of [large, small]) await check(server, name, hashes.get(name));
    for (const each of cases) await measure(each, servers, rounds);
    console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
  } finally {
    for (const { process } of servers) await process.stop();
    await rm(work, { recursive: true, force: true });
  }
}

/** Packages are fetched out here: inside there is no network but the benchmark's. */
async function runInNetwork(args: readonly string[]): Promise<void> {
  await ensurePackages([nginxLibraries], { say: console.log, isRoot: process.getuid?.() === 0 });
  const packagesDir = await mkdtemp(join(tmpdir(), "bench-http-packages-"));
  try {
    await unpackPackages([nginxPackage], packagesDir);
    const main = join(import.meta.dirname, "main.ts");
    const program = [process.execPath, ...process.execArgv, main, "http", ...args, packagesFlag, packagesDir];
    const argv = ["sh", "-c", 'ip link set lo up; exec "$@"', "sh", ...program] as const;
    const space = await runInLabNamespace({ argv, signal: AbortSignal.timeout(3_600_000) });
    process.exitCode = await space.exitCode;
  } finally {
    await rm(packagesDir, { recursive: true, force: true });
  }
}

async function writeRandom(path: string, sizeBytes: number): Promise<string> {
  const bytes = randomFillSync(Buffer.alloc(sizeBytes));
  await writeFile(path, bytes);
  return createHash("sha256").update(bytes).digest("hex");
}

async function startTink(root: string): Promise<Server> {
  // Not watched: that would be counted with its work.
  const process = await ServerProcess.start(async (dir) => {
    await writeHall(dir, { machines, workflows: 0, events: 0 });
    const { argv, isReady } = tinkUp(dir, ["--files-dir", join(root, "files")]);
    return { argv, isReady };
  });
  const { http } = JSON.parse(process.readyLine) as { http: string };
  return { name: "tink up", url: new URL(http), prefix: "/files/", process };
}

async function startNginx(root: string, packagesDir: string): Promise<Server> {
  const process = await ServerProcess.start((dir) => nginxCommand(dir, { root, port: nginxPort, packagesDir }));
  return { name: "nginx", url: new URL(`http://127.0.0.1:${nginxPort}`), prefix: "/files/", process };
}

/** That it is the file, whole and in part; it is also what brings it into memory. */
async function check({ name: server, url, prefix }: Server, name: string, hash: string | undefined): Promise<void> {
  const { get } = await import("node:http");
  const read = async (range?: string): Promise<Buffer> => {
    const headers = range === undefined ? {} : { range };
    const [response] = await once(
      get(`${url.origin}${prefix}${name}`, { headers, localAddress: machineAt(0).address }),
      "response",
    );
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const whole = await read();
  if (createHash("sha256").update(whole).digest("hex") !== hash) throw new Error(`${server} gave another ${name}`);
  const part = await read("bytes=1000-2999");
  if (!part.equals(whole.subarray(1000, 3000))) throw new Error(`${server} gave another part of ${name}`);
}

async function measure(each: Case, servers: readonly Server[], rounds: number): Promise<void> {
  // V8 makes code quick by running it; what is measured is a server that has been asked before.
  for (const server of servers) for (let time = 0; time < warmUps; time += 1) await readFrom(server, each);
  const rows = new Map<string, Row[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const server of servers) rows.getOrInsert(server.name, []).push(await readFrom(server, each));
  print(each, rows);
}

async function readFrom({ url, prefix, process: server }: Server, each: Case): Promise<Row> {
  const { file, connections } = each;
  const rangeBytes = "rangeBytes" in each ? each.rangeBytes : undefined;
  const order: ReadOrder = {
    ...{
      host: url.hostname,
      port: Number(url.port),
      from: Array.from({ length: machines }, (_, at) => machineAt(at).address),
    },
    ...{ path: `${prefix}${file.name}`, connections, forMs, sizeBytes: file.sizeBytes, rangeBytes },
  };
  const reader = fork(join(import.meta.dirname, "http/reader.ts"));
  const beforeMs = await server.cpuMs();
  reader.send(order);
  const [result] = (await once(reader, "message")) as [ReadResult];
  const cpuMs = (await server.cpuMs()) - beforeMs;
  reader.disconnect();
  if (result.wrong > 0) throw new Error(`${result.wrong} answers were not what was asked for`);
  const { now } = await server.residentMiB();
  const isWhole = file === large && rangeBytes === undefined;
  const seconds = result.tookMs / 1000;
  return {
    rate: isWhole ? result.bytes / 1e6 / seconds : result.answers / seconds,
    cpu: isWhole ? cpuMs / 1000 / (result.bytes / 1e9) : (cpuMs * 1000) / result.answers,
    residentMiB: now,
    readerShare: result.cpuMs / result.tookMs,
  };
}

function print({ title, file, goal, ...each }: Case, rows: ReadonlyMap<string, readonly Row[]>): void {
  const isWhole = file === large && !("rangeBytes" in each);
  const [rateUnit, cpuUnit] = isWhole ? ["MB/s", "CPU s/GB"] : ["/s", "CPU us"];
  console.log(`\n${title}`);
  const of = (name: string, figure: (row: Row) => number) => median((rows.get(name) ?? []).map(figure));
  for (const [name, each] of rows) {
    const rates = each.map(({ rate }) => rate.toFixed(0)).join(", ");
    const cpus = each.map(({ cpu }) => cpu.toFixed(isWhole ? 3 : 1)).join(", ");
    const memory = `RSS ${of(name, ({ residentMiB }) => residentMiB).toFixed(0)} MiB`;
    const share = `reader ${(of(name, ({ readerShare }) => readerShare) * 100).toFixed(0)} %`;
    const rate = `${of(name, (row) => row.rate).toFixed(0)} ${rateUnit} (${rates})`;
    console.log(
      `  ${name.padEnd(10)}${rate.padEnd(36)}${of(name, (row) => row.cpu).toFixed(3)} ${cpuUnit} (${cpus})   ${memory}   ${share}`,
    );
  }
  const ratio = (figure: (row: Row) => number) => (of("tink up", figure) / of("nginx", figure)).toFixed(2);
  console.log(`  ratio     rate ${ratio(({ rate }) => rate)}, CPU ${ratio(({ cpu }) => cpu)}   (goals ${goal})`);
}
