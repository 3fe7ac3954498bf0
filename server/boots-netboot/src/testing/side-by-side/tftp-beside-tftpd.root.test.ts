// What no client should send, to tftpd-hpa and to us, each on a network of its own: both answer alike, or we say why not.
// Needs root: tftpd-hpa locks itself into its folder.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { unpackPackages } from "@neverland/debian";
import { bridge, joinBridge, openRack, type Rack } from "../boots-rack.ts";
import { testMachine } from "../machines.ts";
import { type Namespace, openNamespace, runInside, spawnInside } from "../network-namespace.ts";
import { type DatagramAnswer, type Datagrams, openDatagrams } from "./datagrams.ts";
import { file, fileBytes, oddTftp } from "./odd-tftp.ts";

const [toAddress, mac] = ["10.77.0.1", "52:54:00:00:00:3c"];
const packages = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "neverland/test-packages");

let dir: string;
let rack: Rack;
let ours: Datagrams;
let theirs: Datagrams;
let tftpdPid = 0;
const closing: (() => Promise<void>)[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "beside-tftpd-"));
  const lent = join(dir, "lent");
  await mkdir(lent);
  await writeFile(join(lent, file), Buffer.alloc(fileBytes, "boot file "));
  rack = await openRack({ binariesDirectory: lent }, [testMachine(60)]);
  ours = await talkFrom(await rack.addClient(mac));
  theirs = await talkFrom(await tftpdFor(lent));
  const again = setInterval(() => ask(theirs, "ready", sound), 100);
  await answerOf(theirs, "ready").finally(() => clearInterval(again));
});

after(async () => {
  await ours?.close();
  await theirs?.close();
  for (const close of closing) await close();
  await rack?.close();
  await rm(dir, { recursive: true });
});

/** @returns A client of its. */
async function tftpdFor(lent: string): Promise<Namespace> {
  // Unpacked and no more: installed it would serve this machine's own network.
  await unpackPackages(["tftpd-hpa"], packages);
  const host = await openNamespace(bridge);
  closing.unshift(() => host.close());
  const program = join(packages, "tftpd-hpa/usr/sbin/in.tftpd");
  // Its log is the system's, and it does not say when it is ready.
  const start = '[ ! -S /dev/log ] || mount --bind /dev/null /dev/log; exec "$@"';
  const command = [program, "--foreground", "--address", `${toAddress}:69`, "--user", "root", "--secure", lent];
  const tftpd = spawnInside(host, ["unshare", "--mount", "sh", "-c", start, "sh", ...command]);
  tftpdPid = tftpd.pid ?? 0;
  tftpd.stderr.pipe(process.stderr);
  closing.unshift(async () => {
    const ended = new Promise((resolve) => tftpd.once("close", resolve));
    tftpd.kill();
    await ended;
  });
  const client = await joinBridge(host, "port1", mac);
  closing.unshift(() => client.close());
  return client;
}

async function talkFrom(client: Namespace): Promise<Datagrams> {
  const { code, stderr } = await runInside(client, ["ip", "addr", "add", "10.77.0.60/24", "dev", "eth0"]);
  assert.equal(code, 0, stderr);
  return openDatagrams(client);
}

/** What it was answered, in words. The transfer ends with that. */
function inWords(datagrams: Datagrams, { to, port, bytes }: DatagramAnswer): string {
  const end = { from: to, toAddress, toPort: port, hex: "0005000000" };
  switch (bytes[1]) {
    case 3:
      datagrams.send(end);
      return `data ${bytes.length - 4}`;
    case 6:
      datagrams.send(end);
      return `oack ${bytes
        .toString("latin1", 2)
        .replace(/([^\0]*)\0([^\0]*)\0/g, "$1=$2 ")
        .trim()}`;
    default:
      return `error ${bytes.readUInt16BE(2)}`;
  }
}

const sound = oddTftp[0]?.bytes ?? new Uint8Array(0);

interface Peer {
  readonly datagrams: Datagrams;
  /** Resolves when all that it has taken is answered, where it does more than one thing at a time. */
  readonly idle: () => Promise<void>;
}

async function answerTo({ datagrams, idle }: Peer, odd: Uint8Array, name: string, expected: string): Promise<string> {
  ask(datagrams, name, odd);
  if (expected !== "silence") return await answerOf(datagrams, name);
  ask(datagrams, `behind ${name}`, sound);
  await answerOf(datagrams, `behind ${name}`);
  await idle();
  return datagrams.answers.some(({ to }) => to === name) ? await answerOf(datagrams, name) : "silence";
}

function ask(datagrams: Datagrams, from: string, bytes: Uint8Array): void {
  datagrams.send({ from, toAddress, toPort: 69, hex: Buffer.from(bytes).toString("hex") });
}

async function answerOf(datagrams: Datagrams, name: string): Promise<string> {
  return inWords(datagrams, await datagrams.answer(`to ${name}`, ({ to }) => to === name));
}

/** tftpd-hpa has a process for each request. */
async function untilChildless(): Promise<void> {
  const children = async () => (await readFile(`/proc/${tftpdPid}/task/${tftpdPid}/children`, "latin1")).split(" ");
  const lives = async (pid: string) =>
    !/^State:\tZ/m.test(await readFile(`/proc/${pid}/status`, "latin1").catch(() => "State:\tZ"));
  for (;;) {
    const alive = await Promise.all((await children()).filter((pid) => pid !== "").map(lives));
    if (!alive.includes(true)) return;
    await delay(10);
  }
}

for (const [at, { is, bytes, answer, told }] of oddTftp.entries())
  test(`TFTP with ${is}`, async () => {
    const expected = typeof answer === "string" ? { ours: answer, tftpd: answer } : answer;
    const us = await answerTo({ datagrams: ours, idle: async () => undefined }, bytes, `odd ${at}`, expected.ours);
    const them = await answerTo({ datagrams: theirs, idle: untilChildless }, bytes, `odd ${at}`, expected.tftpd);
    assert.deepEqual([us, them], [expected.ours, expected.tftpd]);
    if (told !== undefined) await rack.waitFor(told, ({ type, reason }) => `${type} ${reason}` === told, 5000);
  });
