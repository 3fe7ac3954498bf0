// HTTP routes: who gets what, and every way of asking for what is not lent.

import assert from "node:assert/strict";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { FileCache } from "@neverland/platform/files/file-cache.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import fastify, { type InjectOptions } from "fastify";
import { createBoots } from "../boots.ts";
import { defaultBootsConfig } from "../boots-config.ts";
import { testMachine } from "../testing/machines.ts";

const events: MachineEventInput[] = [];
const app = fastify();
let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "boot-http-"));
  await writeFile(join(directory, "vmlinuz-x86_64"), "0123456789");
  await writeFile(join(directory, "empty.raw"), "");
  await writeFile(join(directory, ".hidden"), "x");
  await writeFile(join(directory, "snponly.efi"), "EFI");
  await symlink("/etc", join(directory, "etc"));
  const config = {
    ...defaultBootsConfig,
    hookDirectory: directory,
    filesDirectory: directory,
    binariesDirectory: directory,
  };
  const index = new MachineIndex();
  const record = (event: MachineEventInput) => void events.push(event);
  const boots = createBoots({
    config,
    index,
    record,
    clock: systemClock,
    cache: new FileCache({ sizeBytes: 2 ** 26, clock: systemClock }),
    warn: () => {},
  });
  index.apply([testMachine(50), testMachine(51, { netboot: { allowPXE: false } }), testMachine(52)]);
  boots.registerRoutes(app);
});

after(async () => {
  await app.close();
  await rm(directory, { recursive: true });
});

const get = (url: string, from = "10.77.0.50", options: InjectOptions = {}) =>
  app.inject({ method: "GET", url, remoteAddress: from, ...options });

describe("scripts", () => {
  test("a machine gets its script by MAC, in any spelling, and by its address", async () => {
    for (const url of [
      "/ipxe/script/52:54:00:00:00:32/auto.ipxe",
      "/ipxe/script/52-54-00-00-00-32/auto.ipxe",
      "/ipxe/script/auto.ipxe",
    ]) {
      const { statusCode, body } = await get(url);
      assert.equal(statusCode, 200);
      assert.match(body, /^#!ipxe\n/);
      assert.match(body, / hw_addr=52:54:00:00:00:32 /);
    }
  });

  test("an address behind a dual-stack socket is the same address", async () => {
    assert.equal((await get("/ipxe/script/auto.ipxe", "::ffff:10.77.0.50")).statusCode, 200);
  });

  test("a machine that is not to be netbooted gets 404, and its timeline says why", async () => {
    const { statusCode } = await get("/ipxe/script/52:54:00:00:00:33/auto.ipxe", "10.77.0.51");
    assert.equal(statusCode, 404);
    assert.ok(events.some(({ mac, reason }) => mac === "52:54:00:00:00:33" && reason === "NetbootNotAllowed"));
  });

  test("an unknown machine, another file name and another machine's script are 404", async () => {
    assert.equal((await get("/ipxe/script/52:54:00:00:00:99/auto.ipxe", "10.77.0.200")).statusCode, 404);
    assert.equal((await get("/ipxe/script/52:54:00:00:00:32/other.ipxe")).statusCode, 404);
    assert.equal((await get("/ipxe/script/52:54:00:00:00:34/auto.ipxe", "10.77.0.50")).statusCode, 404);
    assert.ok(events.some(({ reason }) => reason === "AddressOfAnotherMachine"));
  });
});

describe("binaries", () => {
  test("are lent by base name, upstream's names included, with the machine's MAC or without", async () => {
    for (const url of [
      "/ipxe/binary/52:54:00:00:00:32/snponly.efi",
      "/ipxe/binary/snp-x86_64.efi",
      "/ipxe/binary/ipxe.efi",
    ])
      assert.equal((await get(url)).body, "EFI");
  });

  test("are lent in part, with tag and time", async () => {
    const { statusCode, headers, body } = await get("/ipxe/binary/snponly.efi", undefined, {
      headers: { range: "bytes=-2" },
    });
    assert.deepEqual([statusCode, body, headers["content-range"]], [206, "FI", "bytes 1-2/3"]);
    assert.ok(headers.etag !== undefined && headers["last-modified"] !== undefined);
  });

  test("have their length in the answer to HEAD, which UEFI asks first", async () => {
    const { statusCode, headers, body } = await get("/ipxe/binary/snponly.efi", "10.77.0.50", { method: "HEAD" });
    assert.deepEqual([statusCode, headers["content-length"], body], [200, "3", ""]);
  });

  test("are 404 for a machine that is not to be netbooted, and when not on the list", async () => {
    assert.equal((await get("/ipxe/binary/snponly.efi", "10.77.0.51")).statusCode, 404);
    assert.equal((await get("/ipxe/binary/vmlinuz-x86_64")).statusCode, 404);
  });
});

describe("files", () => {
  test("are sent whole, with length, tag and time", async () => {
    const { statusCode, headers, body } = await get("/hook/vmlinuz-x86_64");
    assert.deepEqual(
      [statusCode, body, headers["content-length"], headers["accept-ranges"]],
      [200, "0123456789", "10", "bytes"],
    );
    assert.match(String(headers.etag), /^"a-[0-9a-f]+"$/);
  });

  test("are sent in part, unless the range is of another version", async () => {
    const part = await get("/files/vmlinuz-x86_64", undefined, { headers: { range: "bytes=2-4" } });
    assert.deepEqual([part.statusCode, part.body, part.headers["content-range"]], [206, "234", "bytes 2-4/10"]);
    const old = await get("/files/vmlinuz-x86_64", undefined, { headers: { range: "bytes=2-4", "if-range": '"old"' } });
    assert.deepEqual([old.statusCode, old.body], [200, "0123456789"]);
    const since = String(part.headers["last-modified"]);
    const same = await get("/files/vmlinuz-x86_64", undefined, { headers: { range: "bytes=2-4", "if-range": since } });
    assert.deepEqual([same.statusCode, same.body], [206, "234"]);
  });

  test("refuse a range past the end and name the size", async () => {
    const { statusCode, headers, body } = await get("/files/vmlinuz-x86_64", undefined, {
      headers: { range: "bytes=10-" },
    });
    assert.deepEqual([statusCode, headers["content-range"]], [416, "bytes */10"]);
    assert.equal(body, "nothing of that range is here: there are 10 bytes\n");
    assert.equal(headers["content-length"], String(body.length));
  });

  test("are described whole to HEAD, whatever range it names, since that is for GET alone", async () => {
    const asked = { method: "HEAD" as const, headers: { range: "bytes=2-4" } };
    const { statusCode, headers, body } = await get("/files/vmlinuz-x86_64", undefined, asked);
    assert.deepEqual([statusCode, headers["content-length"], body], [200, "10", ""]);
  });

  test("of another version than the one asked for are refused with a sentence", async () => {
    const { statusCode, body } = await get("/files/vmlinuz-x86_64", undefined, { headers: { "if-match": '"old"' } });
    assert.deepEqual([statusCode, body], [412, "what is here is another version than the one asked for\n"]);
  });

  test("are not sent again to who has them", async () => {
    const { headers } = await get("/hook/vmlinuz-x86_64");
    const again = await get("/hook/vmlinuz-x86_64", undefined, { headers: { "if-none-match": String(headers.etag) } });
    assert.deepEqual([again.statusCode, again.body], [304, ""]);
    const since = String(headers["last-modified"]);
    const unchanged = await get("/hook/vmlinuz-x86_64", undefined, { headers: { "if-modified-since": since } });
    assert.deepEqual([unchanged.statusCode, unchanged.body, unchanged.headers["last-modified"]], [304, "", since]);
  });

  test("of no length are sent as such", async () => {
    const { statusCode, headers, body } = await get("/files/empty.raw");
    assert.deepEqual([statusCode, headers["content-length"], body], [200, "0", ""]);
  });

  test("are for known machines only", async () => {
    const { statusCode, headers } = await get("/files/vmlinuz-x86_64", "10.77.0.200");
    assert.deepEqual([statusCode, headers.connection], [404, "close"]);
  });

  for (const path of [
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cetc",
    "etc/passwd",
    "etc",
    ".hidden",
    "",
    "/etc/passwd",
    "//etc/passwd",
    "vmlinuz-x86_64%00.txt",
    "vmlinuz-x86_64/",
    "vmlinuz-x86_64/..",
    "%ff",
    "%",
    "a".repeat(300),
  ])
    test(`"${path.slice(0, 30)}" reads nothing`, async () => {
      const { statusCode, body } = await get(`/files/${path}`);
      assert.ok(statusCode === 404 || statusCode === 400, `${statusCode} ${body}`);
      assert.doesNotMatch(body, /root:/);
    });
});

test("a script says what the server was told: its own port of the worker protocol, TLS, Hook and syslog elsewhere", async () => {
  const settings = {
    interfaces: [{ name: "eth1", serverAddress: "10.77.0.1" }],
    grpcPort: 4443,
    grpcTls: true,
    grpcInsecureTls: true,
    syslogHost: "logs.example",
    hookBaseUrl: "http://10.9.9.9/hook",
  };
  const index = new MachineIndex();
  const told = createBoots({
    config: { ...defaultBootsConfig, ...settings },
    index,
    record: () => undefined,
    clock: systemClock,
    cache: new FileCache({ sizeBytes: 2 ** 26, clock: systemClock }),
    warn: () => {},
  });
  index.apply([testMachine(50)]);
  const other = fastify();
  told.registerRoutes(other);
  const { body } = await other.inject({ url: "/ipxe/script/auto.ipxe", remoteAddress: "10.77.0.50" });
  assert.match(body, /^kernel http:\/\/10\.9\.9\.9\/hook\/vmlinuz-x86_64 /m);
  assert.match(
    body,
    / syslog_host=logs\.example grpc_authority=10\.77\.0\.1:4443 tinkerbell_tls=true tinkerbell_insecure_tls=true /,
  );
});
