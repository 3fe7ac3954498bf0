// The real Hook on machines as small and as poor as it promises to bear. What it says on the serial port is what a person would read.
import assert from "node:assert/strict";
import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, type TestContext, test } from "node:test";
import { defaultCacheDir } from "./artifacts/build-cache.ts";
import { ensureHook } from "./artifacts/ensure-artifacts.ts";
import {
  type BootedMachine,
  type BootOptions,
  bootMachine,
  hookFiles,
  hostAddress,
  machineMac,
} from "./testing/boot-machine.ts";

/** Under emulation on a busy machine; it takes 10 s when nothing else runs. */
const timeout = 5 * 60_000;
let hookDir: string;
before(async () => {
  hookDir = await ensureHook({ cacheDir: defaultCacheDir(process.env) });
});

let server: Http2Server;
let port: number;
let nextCall = Promise.withResolvers<string>();
before(async () => {
  server = createServer((request) => nextCall.resolve(request.url));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
after(() => server.close());

function powerOn(t: TestContext, options: Omit<BootOptions, "files" | "signal">): BootedMachine {
  nextCall = Promise.withResolvers();
  const machine = bootMachine({ ...options, files: hookFiles(hookDir), signal: t.signal });
  t.after(async () => await machine.close());
  return machine;
}

const bootParameters = (): string[] => [
  `grpc_authority=${hostAddress}:${port}`,
  "tinkerbell_tls=false",
  `worker_id=${machineMac}`,
  `hw_addr=${machineMac}`,
];

test("a machine with 512 MiB takes an address by DHCP, and its worker asks for work", { timeout }, async (t) => {
  const machine = powerOn(t, { memoryMiB: 512, network: "user", parameters: bootParameters() });
  assert.match(
    await machine.waitForLine(/hook: network is up/),
    /10\.0\.2\.15\/24 on eth0, lease of \d+ s from 10\.0\.2\.2$/,
  );
  await machine.waitForLine(/hook: worker is running/);
  assert.equal(await nextCall.promise, "/proto.WorkflowService/GetAction");
});

test("a machine with 256 MiB takes the address that ipam= gives it, and its worker asks for work", {
  timeout,
}, async (t) => {
  const ipam = `ipam=${machineMac.replaceAll(":", "-")}::10.0.2.77:255.255.255.0:10.0.2.2:box:10.0.2.3::`;
  const machine = powerOn(t, { memoryMiB: 256, network: "user", parameters: [...bootParameters(), ipam] });
  assert.match(await machine.waitForLine(/hook: network is up/), /10\.0\.2\.77 on eth0, fixed by ipam=$/);
  await machine.waitForLine(/hook: worker is running/);
  assert.equal(await nextCall.promise, "/proto.WorkflowService/GetAction");
});

test("a machine without a network card says so, and looks again later", { timeout }, async (t) => {
  const machine = powerOn(t, { memoryMiB: 512, network: "none", parameters: bootParameters() });
  const sentence = /No network: no network card with a driver was found; trying again in (\d+) s\.$/;
  assert.match(await machine.waitForLine(sentence), /in 1 s/);
  await machine.waitForLine(/No network: .* trying again in 2 s\.$/);
});

test("a machine without the serial port that console= names speaks at the one that it has", { timeout }, async (t) => {
  const consoles = "console=tty0 console=ttyS1,115200"; // what a machine is told whose Hardware says nothing of it
  const machine = powerOn(t, { memoryMiB: 512, network: "user", parameters: bootParameters(), consoles });
  await machine.waitForLine(/hook: worker is running/);
  assert.ok(
    !machine.lines.some((line) => line.includes("Linux version")),
    "the kernel has that port, so nothing is shown",
  );
});

test("a machine with too little memory for the root file system says so before it restarts", { timeout }, async (t) => {
  const machine = powerOn(t, { memoryMiB: 192, network: "none", parameters: bootParameters() });
  const sentence = await machine.waitForLine(/^hook: the root file system could not be mounted/);
  assert.match(sentence, /less than the 256 MiB of memory that it takes\? The machine restarts in 60 seconds\.$/);
});
