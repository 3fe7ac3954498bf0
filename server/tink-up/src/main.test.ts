// What the whole says of itself, started in this process: the resource API alone, on a free port of loopback.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { trustingFetch } from "@neverland/api/trusting-fetch";
import type { Given } from "@neverland/component-kit/read-settings.ts";
import type { Logger } from "@neverland/platform/log/log.ts";
import { freeTcpPort } from "@neverland/platform/testing/free-port.ts";
import { startServer } from "./main.ts";
import { readServerConfig } from "./settings/config.ts";

const firstLight = join(import.meta.dirname, "../../store/fixtures/first-light/neverland.db");
let dataDir: string;
let lines: Record<string, unknown>[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "tink-up-"));
  lines = [];
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function start(signal: AbortSignal, more: Given = new Map()) {
  const flags: Given = new Map([
    ["only", { from: "flag", value: ["api"], name: "--only" }],
    ["api.listen", { from: "flag", value: "127.0.0.1:0", name: "--api-listen" }],
    ...more,
  ]);
  const config = await readServerConfig({ dataDir, configFile: undefined, env: {}, flags });
  const write = (line: Record<string, unknown>): void => void lines.push(line);
  const log = { info: write, warn: write, error: write } as unknown as Logger; // all that composition uses of it
  return await startServer(config, { log, version: "0.0.0", signal });
}

/** Reaches the server that was started. */
async function trusting(): Promise<typeof fetch> {
  return trustingFetch({ authority: await readFile(join(dataDir, "tls/ca.crt"), "utf8") });
}

test("is ready no more as soon as the database's thread has ended, and says so, before anybody writes", async ({
  signal,
}) => {
  const threads: Worker[] = [];
  const remember = (thread: Worker): void => void threads.push(thread);
  process.once("worker", remember);
  const server = await start(signal);
  const reach = await trusting();
  const ask = async () => {
    const answer = await reach(`${server.addresses.api}/readyz`);
    return [answer.status, await answer.text()] as const;
  };
  assert.equal(server.addresses.http, undefined);
  assert.deepEqual(await ask(), [200, "ok"]);
  await threads[0]?.terminate();
  const [status, text] = await ask();
  assert.equal(status, 503);
  assert.match(text, /nothing can be written any more; start the server again/);
  assert.equal(lines.filter(({ event }) => event === "failed").length, 1);
  await server.stop(AbortSignal.timeout(5000));
});

test("an upgrade of the database is one line of the log, which names the copy of before", async ({ signal }) => {
  await copyFile(firstLight, join(dataDir, "neverland.db"));
  await (await start(signal)).stop(AbortSignal.timeout(5000));
  const upgrades = lines.filter(({ event }) => event === "upgraded");
  assert.deepEqual(
    upgrades.map(({ from, to, copy }) => [from, copy === join(dataDir, `neverland.db.before-${to}`)]),
    [[1, true]],
  );
  lines = [];
  await (await start(signal)).stop(AbortSignal.timeout(5000));
  assert.deepEqual(
    lines.filter(({ event }) => event === "upgraded"),
    [],
  );
});

test("starts without the browser's fetch, which one import of node:http anywhere would load, for 16 MiB", async () => {
  const program = join(import.meta.dirname, "testing/print-loaded.ts");
  const node = ["--disable-warning=ExperimentalWarning", program, dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, node, { maxBuffer: 1024 * 1024 });
  const { addresses, loaded } = JSON.parse(stdout) as { addresses: { http?: string }; loaded: string[] };
  assert.match(addresses.http ?? "", /^http:/);
  assert.ok(loaded.includes("NativeModule http"));
  assert.deepEqual(
    loaded.filter((name) => name.includes("undici")),
    [],
  );
});

test("an interface that is not there and a folder that others share are told together, and nothing is begun", async ({
  signal,
}) => {
  await chmod(dataDir, 0o1777);
  const interfaces = { from: "flag", value: ["none0"], name: "--interface" } as const;
  await assert.rejects(start(signal, new Map([["boots.interfaces", interfaces]])), (error: Error) =>
    /^tink up: 2 things are wrong\n.*none0.*\n.* cannot be the data folder: other users get into it/.test(
      error.message,
    ),
  );
  assert.deepEqual(await readdir(dataDir), []);
});

test("a path that cannot be decoded is refused with a Status", async ({ signal }) => {
  const server = await start(signal);
  const answer = await (await trusting())(`${server.addresses.api}/%zz`);
  const { kind, code, message } = JSON.parse(await answer.text());
  assert.deepEqual([answer.status, kind, code], [400, "Status", 400]);
  assert.match(message, /not well encoded/);
  await server.stop(AbortSignal.timeout(5000));
});

test("says of a Template as it is written that it never renders", async ({ signal }) => {
  const server = await start(signal);
  const authorization = `Bearer ${(await readFile(join(dataDir, "token"), "utf8")).trim()}`;
  const body = {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Template",
    metadata: { name: "t" },
    spec: { data: "{{" },
  };
  const path = "/apis/tinkerbell.org/v1alpha1/namespaces/default/templates?fieldValidation=Strict";
  const headers = { authorization, "content-type": "application/json" };
  const answer = await (await trusting())(`${server.addresses.api}${path}`, {
    ...{ method: "POST", headers, body: JSON.stringify(body) },
  });
  assert.deepEqual([answer.status, /line 1, column \d+ of the template/.test(await answer.text())], [422, true]);
  await server.stop(AbortSignal.timeout(5000));
});

test("serves machines the same at a second port, as templates know Tinkerbell's metadata", async ({ signal }) => {
  const alsoPort = await freeTcpPort();
  const server = await start(
    signal,
    new Map([
      ["only", { from: "flag", value: ["hegel"], name: "--only" }],
      ["boots.http.port", { from: "flag", value: "0", name: "--http-port" }],
      ["boots.http.alsoPort", { from: "flag", value: `${alsoPort}`, name: "--http-also-port" }],
    ]),
  );
  assert.equal(server.addresses.httpAlso, `http://127.0.0.1:${alsoPort}`);
  const answers = [server.addresses.http, server.addresses.httpAlso].map(async (url) => {
    const answer = await fetch(`${url}/2009-04-04/meta-data`);
    return [answer.status, await answer.text()];
  });
  const refusal =
    "no Hardware has the address 127.0.0.1; metadata is given to the address that a machine gets by DHCP\n";
  assert.deepEqual(await Promise.all(answers), [
    [404, refusal],
    [404, refusal],
  ]);
  await server.stop(AbortSignal.timeout(5000));
});
