// What -f names is read to its end, where it has one.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { runProgram } from "@neverland/debian";

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "limited-text-"));
});
after(() => rm(dir, { recursive: true }));

const main = join(import.meta.dirname, "../main.ts");
const dryRun = ["apply", "--dry-run=client", "-f"];
const command = [process.execPath, ...process.execArgv, main, ...dryRun];
const manifest = "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: a}\nspec: {}\n";
const tooLong = /^tink: -f \S+ cannot be read: it is longer than 16 MiB, which no manifest is\n$/;
const mebibytes17 = 17 * 2 ** 20;

function start(place: string) {
  const child = spawn(process.execPath, [...process.execArgv, main, ...dryRun, place], { stdio: "pipe" });
  const ended = Promise.all([once(child, "close"), text(child.stderr), text(child.stdout)]);
  return { child, ended: ended.then(([[code], stderr, stdout]) => ({ code, stderr, stdout })) };
}

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.yaml`;
}

for (const [form, bytes] of [
  ["UTF-16", Buffer.from(`\ufeff${manifest}`, "utf16le")],
  ["UTF-16 in the other order", Buffer.from(`\ufeff${manifest}`, "utf16le").swap16()],
  ["UTF-8 with its mark", Buffer.from(`\ufeff${manifest}`)],
] as const)
  test(`a file in ${form}, as Windows' programs write them, is read`, async () => {
    const file = join(dir, "windows.yaml");
    await writeFile(file, bytes);
    const { code, stderr, stdout } = await start(file).ended;
    assert.deepEqual([code, stderr, stdout], [0, "", "1 object is valid\n"]);
  });

const utf32 = (text: string): Buffer =>
  Buffer.concat([...text].map((letter) => Buffer.from([letter.charCodeAt(0), 0, 0, 0])));
for (const [form, bytes] of [
  ["UTF-16 without a mark", Buffer.from(manifest, "utf16le")],
  ["UTF-16 without a mark in the other order", Buffer.from(manifest, "utf16le").swap16()],
  ["UTF-32", Buffer.concat([Buffer.from("fffe0000", "hex"), utf32(manifest)])],
  ["UTF-32 without a mark", utf32(manifest)],
] as const)
  test(`a file in ${form} is refused with the encoding to save it in`, async () => {
    const file = join(dir, "other.yaml");
    await writeFile(file, bytes);
    const { code, stderr } = await start(file).ended;
    assert.equal(code, 2);
    assert.match(stderr, /cannot be read: it is not UTF-8, but UTF-32 or UTF-16 without its mark: save it as UTF-8\n$/);
  });

test("an address that sends more than 16 MiB, also unpacked, is given up with a sentence", async (t) => {
  const packed = gzipSync(Buffer.alloc(mebibytes17, 0x20));
  const gzip = await serve(t, (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed));
  const plain = await serve(t, (_, response) => {
    const more = (error?: Error | null): void => void (error || response.write(Buffer.alloc(2 ** 20, 0x20), more));
    more();
  });
  for (const place of [gzip, plain]) {
    const { code, stderr } = await start(place).ended;
    assert.equal(code, 2);
    assert.match(stderr, tooLong);
  }
});

test("a file and standard input without an end are given up with a sentence", async () => {
  const file = join(dir, "large.yaml");
  await writeFile(file, Buffer.alloc(mebibytes17, 0x20));
  for (const place of [file, "/dev/zero"]) assert.match((await start(place).ended).stderr, tooLong);
  const { child, ended } = start("-");
  child.stdin.on("error", () => undefined);
  child.stdin.write(Buffer.alloc(mebibytes17, 0x20));
  const { code, stderr } = await ended;
  assert.equal(code, 2);
  assert.match(stderr, tooLong);
});

test("one SIGINT ends what waits for a pipe, for standard input, or for an address that does not go on", async (t) => {
  const fifo = join(dir, "silent");
  await runProgram(["mkfifo", fifo]);
  const asked = Promise.withResolvers<void>();
  const url = await serve(t, (_, response) => {
    response.write("a: b\n");
    asked.resolve();
  });
  for (const place of [fifo, "-", url]) {
    const { child, ended } = start(place);
    if (place === "-") await new Promise((done) => child.stdin.write(Buffer.alloc(2 ** 21, 0x20), done));
    await (place === url ? asked.promise : place === fifo ? hasOpen(child.pid, fifo) : undefined);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    assert.deepEqual([code, stderr], [130, ""], place);
  }
});

async function hasOpen(pid: number | undefined, path: string): Promise<void> {
  // What is closed meanwhile is an error of ls.
  const opened = async () => (await runProgram(["sh", "-c", `ls -l /proc/${pid}/fd 2>&1 || true`])).includes(path);
  while (!(await opened()));
}

test("a pipe is read, whether its writer comes first or last, and one without a name", async () => {
  const fifo = join(dir, "pipe");
  await runProgram(["mkfifo", fifo]);
  const { ended } = start(fifo);
  await writeFile(fifo, manifest);
  assert.deepEqual(await ended, { code: 0, stderr: "", stdout: "1 object is valid\n" });
  const script = '"$@" <(sleep 0.3; printf "%s" "$MANIFEST")';
  const environment = { ...process.env, MANIFEST: manifest };
  const { stdout } = await promisify(execFile)("bash", ["-c", script, "bash", ...command], { env: environment });
  assert.equal(stdout, "1 object is valid\n");
});
