// A server that is told to end while a machine is loading the kernel: what was begun is finished, and nobody is waited for without end.
import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { kinds } from "@neverland/api";
import { type CliBench, openCliBench } from "../../testing/cli-bench.ts";

/** More than the sockets' buffers take, so that most of it is still to be read when the stop begins. */
const kernelBytes = 64 * 2 ** 20;
let hook: string;
let bench: CliBench;

beforeEach(async () => {
  hook = await mkdtemp(join(tmpdir(), "up-stops-"));
  await writeFile(join(hook, "initramfs-x86_64"), "initramfs");
  await writeFile(join(hook, "vmlinuz-x86_64"), "");
  await truncate(join(hook, "vmlinuz-x86_64"), kernelBytes);
  bench = await openCliBench("--hook-dir", hook);
  const dhcp = { mac: "02:00:00:00:00:01", ip: { address: "127.0.0.1", netmask: "255.0.0.0" } };
  await bench.clients(kinds.Hardware).create({
    metadata: { name: "m1" },
    spec: { interfaces: [{ dhcp, netboot: { allowPXE: true } }] },
  });
});

afterEach(async () => {
  await bench.close();
  await rm(hook, { recursive: true });
});

/** The answer, with its headers read and nothing of the kernel; asked for until the new machine is known to Boots. */
async function begin(): Promise<IncomingMessage> {
  for (;;) {
    const answer = Promise.withResolvers<IncomingMessage>();
    const url = `${bench.addresses.http}/hook/vmlinuz-x86_64`;
    get(url, { agent: false }, answer.resolve).on("error", answer.reject);
    const response = await answer.promise;
    if (response.statusCode === 200) return response;
    response.resume();
  }
}

async function readAll(response: IncomingMessage): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of response) sizeBytes += (chunk as Buffer).length; // of a response without an encoding
  return sizeBytes;
}

test("SIGTERM lets a kernel that is being read be read to its end, and then the server ends well", {
  timeout: 60_000,
}, async () => {
  const response = await begin();
  const stopped = bench.stop();
  assert.equal(await readAll(response), kernelBytes);
  assert.equal(await stopped, 0);
});

test("SIGTERM breaks off a kernel that nobody reads, and the server ends well all the same", {
  timeout: 60_000,
}, async () => {
  const response = await begin();
  assert.equal(await bench.stop(), 0);
  await assert.rejects(readAll(response), /aborted/);
});
