// Several demos kept at once, as far as tink sees them: their servers without their machines.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { writeKubeconfig } from "@neverland/tink-up";
import { findConnection } from "../connection/connection.ts";
import { type CliBench, openAll, openCliBench } from "../testing/cli-bench.ts";
import { type Announced, announceDemo } from "./announce.ts";

let env: NodeJS.ProcessEnv;
let dir: string;
let open: CliBench[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "announce-demo-"));
  env = { XDG_STATE_HOME: join(dir, "state"), XDG_DATA_HOME: join(dir, "data") };
  open = await openAll([openCliBench(), openCliBench()]);
});
afterEach(async () => {
  await Promise.all(open.map((bench) => bench.close()));
  await rm(dir, { recursive: true });
});

const keep = async ({ dir, connection }: CliBench): Promise<Announced> =>
  await announceDemo(dir, connection, { env, isRoot: false, signal: AbortSignal.timeout(60_000) });
const found = async (...flags: readonly string[]): Promise<string> =>
  (await findConnection({ dataDir: flags[1] }, env, false)).server;
const [first, second] = [() => open[0] as CliBench, () => open[1] as CliBench]; // both are opened before each test

test("the second of two goes by its own flag, and the first stays what it said", async () => {
  const one = await keep(first());
  assert.deepEqual([one.flags, await found()], [[], first().connection.server]);
  const two = await keep(second());
  assert.deepEqual(two.flags, ["--data-dir", second().dir]);
  assert.equal(await found(...two.flags), second().connection.server);
  assert.equal(await found(), first().connection.server);
  assert.notEqual(one.kubeconfig, two.kubeconfig);
});

test("the kubeconfig of a server that has ended does not hide a demo that runs", async () => {
  await mkdir(join(dir, "data/neverland"), { recursive: true });
  const ended = { server: "https://127.0.0.1:1", token: "x" };
  await writeKubeconfig(join(dir, "data/neverland"), ended);
  assert.equal(await found(), ended.server);
  const { flags } = await keep(first());
  assert.deepEqual([flags, await found()], [[], first().connection.server]);
  await writeKubeconfig(join(dir, "data/neverland"), second().connection);
  assert.equal(await found(), second().connection.server);
});

test("a demo goes by its flag where the environment names a server", async () => {
  env = { ...env, TINK_SERVER: "http://127.0.0.1:1" };
  assert.deepEqual((await keep(first())).flags, ["--data-dir", first().dir]);
});

test("a demo goes by its flag where nothing can be written to the home", async () => {
  await writeFile(join(dir, "state"), "a file");
  const { flags, withdraw } = await keep(first());
  assert.deepEqual(flags, ["--data-dir", first().dir]);
  assert.equal(await found(...flags), first().connection.server);
  await withdraw();
});

test("a demo that is ended as it announces itself leaves the first alone", async () => {
  await keep(first());
  const { dir, connection } = second();
  const two = await announceDemo(dir, connection, { env, isRoot: false, signal: AbortSignal.abort() });
  await two.withdraw();
  assert.equal(await found(), first().connection.server);
});

test("the second that ends takes nothing of the first", async () => {
  await keep(first());
  await (await keep(second())).withdraw();
  assert.equal(await found(), first().connection.server);
});

test("the first that ends takes its own, and nothing of the second", async () => {
  const one = await keep(first());
  const two = await keep(second());
  await one.withdraw();
  assert.equal(await found(...two.flags), second().connection.server);
  assert.deepEqual(await readdir(join(dir, "state/neverland")), []);
});

test("one that was killed is taken for what it is: gone", async () => {
  await keep(first());
  await open.shift()?.close();
  const [next] = open as [CliBench]; // the second
  assert.deepEqual((await keep(next)).flags, []);
  assert.equal(await found(), next.connection.server);
});
