// What a machine hears of a file that cannot be given, and what its timeline then says: never nothing, never our own insides.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { FileCache } from "@neverland/platform/files/file-cache.ts";
import type { FileFault } from "@neverland/platform/files/open-plain-file.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import fastify, { type FastifyInstance } from "fastify";
import type { NotLent } from "../boot-files.ts";
import { testMachine } from "../testing/machines.ts";
import { registerBootRoutes } from "./boot-http.ts";
import type { ScriptConfig } from "./machine-script.ts";

let directory: string;
let app: FastifyInstance;
let events: MachineEventInput[];
let lent: NotLent;
let brokenDisk: FileFault | undefined;
const cache = new FileCache({ sizeBytes: 2 ** 26, clock: systemClock });

const notHere = "there is nothing here for this machine by that name: `tink explain` on the server says why\n";

const scriptConfig: ScriptConfig = {
  httpBaseUrl: "http://10.77.0.1:7080",
  hookBaseUrl: undefined,
  grpcAuthority: "10.77.0.1:42113",
  tls: false,
  insecureTls: false,
  syslogHost: undefined,
  registryMirror: undefined,
  extraKernelArgs: [],
};

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "missing-files-"));
});

after(() => rm(directory, { recursive: true }));

beforeEach(async () => {
  events = [];
  brokenDisk = undefined;
  const index = new MachineIndex();
  index.apply([testMachine(50)]);
  app = fastify();
  const gate = new EventGate(
    (event) => events.push(event),
    () => 0,
  );
  registerBootRoutes(app, {
    index,
    gate,
    files: { open: async () => lent },
    cache: { open: async (path) => brokenDisk ?? (await cache.open(path)), openKnown: () => undefined },
    ends: { run: (go) => go() },
    hookDirectory: join(directory, "hook"),
    filesDirectory: directory,
    scriptConfig: () => scriptConfig,
  });
  await app.ready();
});

afterEach(() => app.close());

async function ask(url: string) {
  const { statusCode, body, headers } = await app.inject({ url, remoteAddress: "10.77.0.50" });
  const { type, reason, hardware, mac, message } = events.at(-1) ?? {};
  return { statusCode, body, headers, type, reason, hardware, mac, message };
}

test("a Hook that was not built is named on the machine's timeline, with how to make it", async () => {
  const { statusCode, body, message, ...event } = await ask("/hook/vmlinuz-x86_64");
  assert.deepEqual([statusCode, body], [404, notHere]);
  assert.deepEqual(
    [event.type, event.reason, event.hardware, event.mac],
    ["HttpRefused", "HookNotBuilt", "default/m50", "52:54:00:00:00:32"],
  );
  assert.match(message ?? "", /hook\/vmlinuz-x86_64 is not there: make the in-memory system with "tink hook build"$/);
});

for (const path of ["/files/disk.raw", "/files/.hidden", "/files/a%2f..%2fb"])
  test(`${path} is named as a file that is not there`, async () => {
    const { statusCode, type, reason } = await ask(path);
    assert.deepEqual([statusCode, type, reason], [404, "HttpRefused", "NoSuchFile"]);
  });

for (const path of ["/hook/initramfs-x86_64", "/files/disk.raw"])
  test(`${path} on a disk that fails is our fault: 503, and the machine's timeline names file and cause`, async () => {
    brokenDisk = { reason: "FileUnreadable", message: "/srv/x cannot be read: EIO: i/o error, read" };
    const { statusCode, type, reason, hardware, message } = await ask(path);
    assert.deepEqual([statusCode, type, reason, hardware], [503, "ServerFault", "FileUnreadable", "default/m50"]);
    assert.match(message ?? "", /EIO/);
  });

test("a script of another name is named", async () => {
  const { statusCode, reason, message } = await ask("/ipxe/script/other.ipxe");
  assert.deepEqual([statusCode, reason], [404, "NoSuchFile"]);
  assert.match(message ?? "", /asked for other\.ipxe$/);
});

test("a boot file that cannot be opened is our fault: 503 in plain words, and the cause on the timeline", async () => {
  lent = {
    reason: "TooManyOpenFiles",
    message: "/usr/lib/ipxe/undionly.kpxe cannot be opened: EMFILE, too many files are open",
  };
  const { statusCode, body, headers, type, reason, message } = await ask("/ipxe/binary/undionly.kpxe");
  assert.deepEqual([statusCode, headers["retry-after"], type, reason], [503, "5", "ServerFault", "TooManyOpenFiles"]);
  assert.equal(body, "this server cannot read the file now; ask again\n");
  assert.match(message ?? "", /EMFILE/);
});

test("a boot file that may not be read is 503 without a time to ask again: nobody but a person mends that", async () => {
  lent = { reason: "FileUnreadable", message: "/usr/lib/ipxe/undionly.kpxe cannot be read: EACCES" };
  const { statusCode, body, headers, reason } = await ask("/ipxe/binary/undionly.kpxe");
  assert.deepEqual([statusCode, headers["retry-after"], reason], [503, undefined, "FileUnreadable"]);
  assert.equal(body, "this server cannot read the file; its log says why\n");
});

test("a boot file that is not there is no file that is not lent", async () => {
  lent = { reason: "NoSuchFile", message: "/usr/lib/ipxe/undionly.kpxe is not there" };
  const { statusCode, reason } = await ask("/ipxe/binary/undionly.kpxe");
  assert.deepEqual([statusCode, reason], [404, "NoSuchFile"]);
});
