// What machines of the field asked, and were told wrongly or not at all: see fixtures/SOURCES.md.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readManifest } from "@neverland/api/manifest";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { trustedProxies } from "@neverland/platform/network/caller-address.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import fastify from "fastify";
import { registerHegel } from "./hegel.ts";

async function serve(t: TestContext, file: string) {
  const index = new MachineIndex();
  const manifest = readManifest(readFileSync(join(import.meta.dirname, "../fixtures", file), "utf8"), file);
  assert.ok(manifest.ok);
  for (const { resource } of manifest.resources) index.upsert(resource as KnownHardware);
  const app = fastify();
  t.after(() => app.close());
  const proxies = trustedProxies(["10.9.0.1"]);
  await registerHegel(app, { clock: new ManualClock(0), index, proxies, record: () => undefined });
  return async (url: string, remoteAddress: string, headers = {}) => {
    const { statusCode, body } = await app.inject({ url, remoteAddress, headers });
    return [statusCode, body];
  };
}

test("a machine that only boots by its Hardware is told an id, a name and its address by every source", async (t) => {
  const get = await serve(t, "minimal-hardware.yaml");
  const tree = async (name: string) => await get(`/2009-04-04/meta-data/${name}`, "10.77.0.52");
  assert.deepEqual(await tree("instance-id"), [200, "52:54:00:00:00:02"]);
  assert.deepEqual(await tree("hostname"), [200, "node-7"]);
  assert.deepEqual(await tree("local-hostname"), [200, "node-7"]);
  assert.deepEqual(await tree("local-ipv4"), [200, "10.77.0.52"]);
  const seed = (await get("/nocloud/meta-data", "10.77.0.52"))[1];
  const names = { "instance-id": "52:54:00:00:00:02", "local-hostname": "node-7" };
  assert.deepEqual(JSON.parse(String(seed)), { ...names, "public-keys": [] });
});

test("a proxy may write the port behind a machine's address", async (t) => {
  const get = await serve(t, "minimal-hardware.yaml");
  const url = "/2009-04-04/meta-data/hostname";
  assert.deepEqual(await get(url, "10.9.0.1", { "x-forwarded-for": "10.77.0.52:49152" }), [200, "node-7"]);
  assert.equal((await get(url, "10.9.0.1", { "x-forwarded-for": "10.77.0.52:port" }))[0], 400);
});

test("cloud-init's NoCloud finds each file that it asks for, and strangers none", async (t) => {
  const get = await serve(t, "minimal-hardware.yaml");
  for (const file of ["meta-data", "user-data", "vendor-data", "network-config"]) {
    assert.equal((await get(`/nocloud/${file}`, "10.77.0.52"))[0], 200, file);
    assert.equal((await get(`/nocloud/${file}`, "10.77.0.53"))[0], 404, file);
    const whole = await get(`/nocloud/${file}`, "10.77.0.52");
    // With a seed that ends in no slash, as cloud-init before 24.1 puts it together, and one that ends in a slash too many.
    assert.deepEqual(await get(`/nocloud${file}`, "10.77.0.52"), whole);
    assert.deepEqual(await get(`/nocloud/${file}/`, "10.77.0.52"), whole);
  }
});

test("the folder of the seed names its files, and a slash behind a document is none of its name", async (t) => {
  const get = await serve(t, "minimal-hardware.yaml");
  const names = [200, "meta-data\nnetwork-config\nuser-data\nvendor-data"];
  assert.deepEqual([await get("/nocloud", "10.77.0.52"), await get("/nocloud/", "10.77.0.52")], [names, names]);
  assert.deepEqual(await get("/metadata/", "10.77.0.52"), await get("/metadata", "10.77.0.52"));
});

test("an IPv6 address is one however it is spelled, by the Hardware, by the kernel and by a proxy", async (t) => {
  const get = await serve(t, "ipv6-hardware.yaml");
  const url = "/2009-04-04/meta-data/instance-id";
  const told = [200, "52:54:00:00:00:06"];
  assert.deepEqual(await get(url, "2001:db8::5"), told);
  assert.deepEqual(await get(url, "10.9.0.1", { "x-forwarded-for": "2001:DB8::5" }), told);
  assert.deepEqual(await get(url, "10.9.0.1", { "x-forwarded-for": "2001:0db8:0:0:0:0:0:5" }), told);
  // As Azure's gateways and some others write them.
  for (const spelling of ["[2001:db8::5]", "[2001:db8::5]:49152", '"[2001:db8::5]:49152"'])
    assert.deepEqual(await get(url, "10.9.0.1", { "x-forwarded-for": spelling }), told, spelling);
  assert.equal((await get(url, "2001:db8::6"))[0], 404);
});
