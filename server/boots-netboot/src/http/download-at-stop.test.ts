// A machine that is reading the kernel when the server is stopped: it has all of it, or its timeline says that it has not.
import assert from "node:assert/strict";
import { link, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { FileCache } from "@neverland/platform/files/file-cache.ts";
import { HttpListener } from "@neverland/platform/http/http-listener.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { type Boots, createBoots } from "../boots.ts";
import { defaultBootsConfig } from "../boots-config.ts";
import { testMachine } from "../testing/machines.ts";

/** More than the sockets' buffers take, so that most of it is still to be read when the stop begins. */
const kernelBytes = 64 * 2 ** 20;
let directory: string;
let listener: HttpListener;
let events: MachineEventInput[];
let told: PromiseWithResolvers<void>;
let boots: Boots;
/** How long the timeline takes for each event. */
let recordingMs: number;
/** Events, and turns of the loop between them. */
let order: string[];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "download-at-stop-"));
  await writeFile(join(directory, "vmlinuz-x86_64"), "");
  await truncate(join(directory, "vmlinuz-x86_64"), kernelBytes);
});

after(() => rm(directory, { recursive: true }));

beforeEach(async () => {
  events = [];
  order = [];
  recordingMs = 0;
  told = Promise.withResolvers();
  const index = new MachineIndex();
  index.upsert(testMachine(50, { dhcp: { ip: { address: "127.0.0.1" } } }));
  const record = (event: MachineEventInput) => {
    for (const untilMs = performance.now() + recordingMs; performance.now() < untilMs; );
    events.push(event);
    order.push("told");
    told.resolve();
    return undefined;
  };
  const config = { ...defaultBootsConfig, hookDirectory: directory };
  boots = createBoots({
    config,
    index,
    record,
    clock: systemClock,
    cache: new FileCache({ sizeBytes: 2 ** 26, clock: systemClock }),
    warn: () => {},
  });
  const few = { most: 10, mostPerAddress: 10 };
  const connections = { limits: few, isShared: () => false, onCrowded: () => undefined };
  const limits = { requestTimeoutMs: 60_000, bodyLimitBytes: 1000, connections };
  const register = async (app: Parameters<typeof boots.registerRoutes>[0]) => boots.registerRoutes(app);
  listener = new HttpListener({ host: "127.0.0.1", port: 0, purpose: "machines", ...limits, register });
  await listener.start(AbortSignal.timeout(5000));
});

afterEach(() => listener.stop(AbortSignal.abort()));

/** The answer, with its headers read and nothing of the kernel. */
async function begin(name = "vmlinuz-x86_64"): Promise<IncomingMessage> {
  const answer = Promise.withResolvers<IncomingMessage>();
  get(`${listener.url}/hook/${name}`, { agent: false }, answer.resolve).on("error", answer.reject);
  return await answer.promise;
}

async function readAll(response: IncomingMessage): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of response) sizeBytes += (chunk as Buffer).length; // of a response without an encoding
  return sizeBytes;
}

test("a kernel that is being read when the stop begins is read to its end", async () => {
  const response = await begin();
  const stopped = listener.stop(AbortSignal.timeout(30_000));
  assert.equal(await readAll(response), kernelBytes);
  await stopped;
  await told.promise;
  assert.deepEqual([events[0]?.type, events[0]?.hardware], ["KernelServed", "default/m50"]);
});

test("a kernel that is not read in time is cut off, and the machine's timeline says so", async () => {
  const response = await begin();
  await listener.stop(AbortSignal.timeout(100));
  await assert.rejects(readAll(response), /aborted/);
  await told.promise;
  assert.deepEqual([events[0]?.type, events[0]?.hardware], ["HttpBrokenOff", "default/m50"]);
});

test("those that are cut off together are told of in slices, all of them before Boots' own end", async () => {
  recordingMs = 5;
  const names = ["vmlinuz-a", "vmlinuz-b", "vmlinuz-c", "vmlinuz-d"];
  for (const name of names) await link(join(directory, "vmlinuz-x86_64"), join(directory, name));
  const responses = await Promise.all(names.map((name) => begin(name)));
  for (const response of responses) response.on("error", () => undefined);
  const round = (): void => {
    if (order.length > 0) order.push("loop");
    if (events.length < names.length) setImmediate(round);
  };
  setImmediate(round);
  await listener.stop(AbortSignal.timeout(100));
  await boots.downloads.stop(AbortSignal.timeout(5000));
  assert.match(order.join(" "), /^(told (loop )+){3}told( loop)?$/);
});
