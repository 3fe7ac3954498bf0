import assert from "node:assert/strict";
import fs, { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { parse } from "yaml";
import { ensureToken, writeKubeconfig } from "./access-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "access-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test("the token is made once, of 256 random bits, for its owner alone", async () => {
  const token = await ensureToken(folder);
  assert.equal(Buffer.from(token, "base64url").length, 32);
  assert.equal(await modeOf(join(folder, "token")), "600");
  assert.equal(await ensureToken(folder), token);
});

test("a file that holds no token is refused with what to do", async () => {
  await writeFile(join(folder, "token"), "short\n", { mode: 0o600 });
  await assert.rejects(ensureToken(folder), /token does not hold a token: delete it/);
});

test("the kubeconfig has the CA and a bearer token, and no secret in a URL", async () => {
  const access = { server: "https://[2001:db8::1]:7480", token: "abc", authority: "PEM\n" };
  const file = await writeKubeconfig(folder, access);
  assert.equal(await modeOf(file), "600");
  const config = parse(await readFile(file, "utf8"));
  assert.deepEqual(config.clusters[0].cluster, {
    server: "https://[2001:db8::1]:7480",
    "certificate-authority-data": "UEVNCg==",
    extensions: [{ name: "neverland.dev", extension: {} }],
  });
  assert.deepEqual(config.users[0].user, { token: "abc" });
});

test("the kubeconfig of a server over plain HTTP has no secret in its URL either", async () => {
  const file = await writeKubeconfig(folder, { server: "http://127.0.0.1:7480", token: "abc" });
  const config = parse(await readFile(file, "utf8"));
  assert.equal(config.clusters[0].cluster.server, "http://127.0.0.1:7480");
});

test("a token is flushed, then its name is: a power cut does not bring another", async (t) => {
  const calls: string[] = [];
  const { open, rename } = fs;
  t.mock.method(fs, "open", async (path: string, flags: string, mode?: number) => {
    const handle = await open(path, flags, mode);
    t.mock.method(handle, "sync", async () => void calls.push(`flush ${path}`));
    return handle;
  });
  t.mock.method(fs, "rename", async (from: string, to: string) => {
    calls.push(`rename to ${to}`);
    await rename(from, to);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  await ensureToken(folder);
  const file = join(folder, "token");
  assert.deepEqual(calls, [`flush ${file}.new`, `rename to ${file}`, `flush ${folder}`]);
});
