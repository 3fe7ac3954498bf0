// A file is the same whichever way it is answered: at once on its connection, or by the HTTP server's route.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { FileCache } from "@neverland/platform/files/file-cache.ts";
import { HttpListener } from "@neverland/platform/http/http-listener.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { createBoots } from "../boots.ts";
import { defaultBootsConfig } from "../boots-config.ts";
import { testMachine } from "../testing/machines.ts";

let directory: string;
let listener: HttpListener;
const events: MachineEventInput[] = [];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "short-files-"));
  await writeFile(join(directory, "short.cfg"), "0123456789");
  await writeFile(join(directory, "large.img"), Buffer.alloc(100_000, "x"));
  const index = new MachineIndex();
  index.upsert(testMachine(50, { dhcp: { ip: { address: "127.0.0.1" } } }));
  const boots = createBoots({
    ...{ index, clock: systemClock, config: { ...defaultBootsConfig, filesDirectory: directory } },
    record: (event) => void events.push(event),
    cache: new FileCache({ sizeBytes: 2 ** 26, clock: systemClock }),
    warn: () => {},
  });
  const connections = { limits: { most: 10, mostPerAddress: 10 }, isShared: () => false, onCrowded: () => undefined };
  const register = async (app: Parameters<typeof boots.registerRoutes>[0]) => boots.registerRoutes(app);
  const limits = { requestTimeoutMs: 60_000, bodyLimitBytes: 1000, connections };
  listener = new HttpListener({ host: "127.0.0.1", port: 0, purpose: "machines", ...limits, register });
  await listener.start(AbortSignal.timeout(5000));
  // From then on both are in memory.
  while (!(await ask("short.cfg", {})).isShort || !(await ask("large.img", { range: "bytes=0-9" })).isShort);
});

after(async () => {
  await listener.stop(AbortSignal.abort());
  await rm(directory, { recursive: true });
});

/** @param headers Without others than a range it is a plain GET. */
async function ask(name: string, headers: Record<string, string>) {
  const coming = Promise.withResolvers<IncomingMessage>();
  const agent = new Agent({ keepAlive: true });
  get(`${listener.url}/files/${name}`, { agent, headers }, coming.resolve).on("error", coming.reject);
  const response = await coming.promise;
  let body = "";
  for await (const piece of response) body += piece;
  agent.destroy();
  // Only Node's HTTP server says how long it keeps connections.
  const { date, "keep-alive": byServer, ...told } = response.headers;
  const answer = { status: response.statusCode, told, body, hasDate: date !== undefined };
  return { answer, isShort: byServer === undefined };
}

for (const [name, range, isShort] of [
  ["short.cfg", undefined, true],
  ["short.cfg", "bytes=2-4", true],
  ["short.cfg", "bytes=7-", true],
  ["short.cfg", "bytes=-3", true],
  ["short.cfg", "bytes=4-2", true],
  ["short.cfg", "bytes=10-", false],
  ["short.cfg", "bytes=0-1,3-4", false],
  ["large.img", undefined, false],
  ["large.img", "bytes=99000-", true],
  ["none.img", undefined, false],
  ["../short.cfg", undefined, false],
] as const)
  test(`${name} ${range ?? "whole"} is the same both ways`, async () => {
    const headers = range === undefined ? {} : { range };
    const [plain, byRoute] = [await ask(name, headers), await ask(name, { ...headers, "x-other": "1" })];
    assert.deepEqual(plain.answer, byRoute.answer);
    assert.deepEqual([plain.isShort, byRoute.isShort], [isShort, false]);
  });

test("a changed file is the new one within the second after, and what was read is on the timeline", async () => {
  await writeFile(join(directory, "short.cfg"), "another");
  while ((await ask("short.cfg", {})).answer.body !== "another")
    await new Promise((resolve) => setTimeout(resolve, 50));
  const read = events.filter(({ type, hardware }) => type === "FileServed" && hardware === "default/m50");
  assert.equal(
    read.some(({ message }) => message === "127.0.0.1 read short.cfg"),
    true,
  );
});
