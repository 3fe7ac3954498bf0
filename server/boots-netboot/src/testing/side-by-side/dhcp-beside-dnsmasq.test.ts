// What no client should send, to dnsmasq and to us, each on a network of its own: both answer alike, or we say why not.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { decodeDhcpMessage, joinOptions } from "@neverland/protocols";
import { bridge, joinBridge, openRack, type Rack } from "../boots-rack.ts";
import { testMachine } from "../machines.ts";
import { type Namespace, openNamespace, runInside, spawnInside, untilSaid } from "../network-namespace.ts";
import { type Datagrams, openDatagrams } from "./datagrams.ts";
import { oddDhcp, sentBy } from "./odd-dhcp.ts";

/** By option 53. */
const answers = ["BOOTP", undefined, "offer", undefined, undefined, "ack", "nak"];
/** Mask, gateway, name servers, host and domain name, broadcast address, lease, server, and what goes back to the client. */
const compared = [1, 3, 6, 12, 15, 28, 51, 54, 61, 82];
const server = "10.77.0.1";
/** Last byte of the MAC and of the address. */
const [asks, sound, first] = [98, 99, 100];

let dir: string;
let rack: Rack;
let ours: Datagrams;
let theirs: Datagrams;
const closing: (() => Promise<void>)[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "beside-dnsmasq-"));
  const machines = [sound, ...oddDhcp.map((_, at) => first + at)].map((last) => testMachine(last));
  rack = await openRack({}, machines);
  const macs = machines.map(({ metadata, spec }) => [metadata.name, spec?.interfaces?.[0]?.dhcp?.mac ?? ""] as const);
  ours = await talkFrom(await rack.addClient("52:54:00:00:01:01"));
  theirs = await talkFrom(
    await dnsmasqFor(macs.map(([name = "", mac]) => `${mac},10.77.0.${name.slice(1)},${name},7d`)),
  );
});

after(async () => {
  await ours?.close();
  await theirs?.close();
  for (const close of closing) await close();
  await rack?.close();
  await rm(dir, { recursive: true });
});

/** @returns A client of its. */
async function dnsmasqFor(reservations: readonly string[]): Promise<Namespace> {
  const host = await openNamespace(bridge);
  closing.unshift(() => host.close());
  const settings = [
    ...["--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--port=0", `--dhcp-leasefile=${join(dir, "leases")}`],
    ...["--dhcp-range=10.77.0.0,static,255.255.255.0,7d", "--dhcp-authoritative", "--no-ping", "--domain=lab.example"],
    ...[`--dhcp-option=3,${server}`, `--dhcp-option=6,${server}`],
    ...["--dhcp-vendorclass=set:pxe,PXEClient", "--dhcp-boot=tag:pxe,undionly.kpxe"],
    ...reservations.map((reservation) => `--dhcp-host=${reservation}`),
  ];
  const dnsmasq = spawnInside(host, ["dnsmasq", "--no-daemon", ...settings]);
  closing.unshift(async () => {
    const ended = new Promise((resolve) => dnsmasq.once("close", resolve));
    dnsmasq.kill();
    await ended;
  });
  dnsmasq.stdout.resume();
  await untilSaid(dnsmasq.stderr, /DHCP, static leases only/);
  const client = await joinBridge(host, "port1", "52:54:00:00:01:01");
  closing.unshift(() => client.close());
  return client;
}

async function talkFrom(client: Namespace): Promise<Datagrams> {
  const setup = `ip addr add 10.77.0.${asks}/24 dev eth0 && ip route add 255.255.255.255 dev eth0`;
  const { code, stderr } = await runInside(client, ["sh", "-c", setup]);
  assert.equal(code, 0, stderr);
  return openDatagrams(client);
}

/** Behind it goes a DISCOVER that both answer: what was not answered by then is not answered at all. */
async function answerTo(datagrams: Datagrams, odd: Uint8Array, last: number) {
  const [xid, soundXid] = [0x1000 + last, 0x2000 + last];
  const order = { from: "client", port: 68, toAddress: "255.255.255.255", toPort: 67 };
  datagrams.send({ ...order, hex: sentBy(last, xid, odd).toString("hex") });
  datagrams.send({ ...order, hex: sentBy(sound, soundXid, oddDhcp[0]?.bytes ?? odd).toString("hex") });
  const isOf = (number: number) => (answer: { bytes: Buffer }) => answer.bytes.readUInt32BE(4) === number;
  await datagrams.answer(`to the sound message behind that of ${last}`, isOf(soundXid));
  const found = datagrams.answers.find(isOf(xid));
  return found === undefined ? undefined : decodeDhcpMessage(found.bytes);
}

type Reply = Awaited<ReturnType<typeof answerTo>>;

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");
const kindOf = (reply: Reply) =>
  reply === undefined ? "silence" : answers[Number.parseInt(hex(joinOptions(reply).get(53)) || "0", 16)];

/** @param codes Of the options that matter: those that dnsmasq sends. We send what the Hardware says whether it is asked for or not. */
function facts(reply: Reply, codes: readonly number[]) {
  if (reply === undefined) return undefined;
  const options = joinOptions(reply);
  const file = Buffer.from(reply.file).toString("latin1").replace(/\0+$/, "");
  return { address: reply.yiaddr, file, options: codes.map((code) => `${code}: ${hex(options.get(code))}`) };
}

for (const [at, { is, bytes, answer, told }] of oddDhcp.entries())
  test(`DHCP with ${is}`, async () => {
    const last = first + at;
    const [us, them] = [await answerTo(ours, bytes, last), await answerTo(theirs, bytes, last)];
    const expected = typeof answer === "string" ? { ours: answer, dnsmasq: answer } : answer;
    assert.deepEqual([kindOf(us), kindOf(them)], [expected.ours, expected.dnsmasq]);
    const both = us !== undefined && them !== undefined;
    const codes = both ? compared.filter((code) => joinOptions(them).has(code)) : [];
    assert.deepEqual(facts(both ? us : undefined, codes), facts(both ? them : undefined, codes));
    const mac = `52:54:00:00:00:${last.toString(16)}`;
    const isTold = (event: (typeof rack.events)[number]) =>
      `${event.type} ${event.reason}` === told && (event.mac === mac || event.mac === undefined);
    if (told !== undefined) await rack.waitFor(told, isTold, 5000);
  });
