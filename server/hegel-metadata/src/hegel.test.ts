import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Hardware, MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { callerAddress, trustedProxies } from "@neverland/platform/network/caller-address.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import fastify from "fastify";
import { type HegelDeps, registerHegel } from "./hegel.ts";

function hardware(name: string, address: string, id = name): Hardware {
  return {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Hardware",
    metadata: { name, namespace: "default", uid: name, resourceVersion: "1", generation: 1 },
    spec: {
      userData: `#cloud-config\n# ${name}`,
      vendorData: "vendor",
      interfaces: [{ dhcp: { ip: { address } } }],
      metadata: { instance: { id, hostname: name, ssh_keys: ["ssh-ed25519 AAAA"] } },
    },
  };
}

async function setUp(t: TestContext, more: Partial<HegelDeps> = {}) {
  const events: MachineEventInput[] = [];
  const clock = new ManualClock(0);
  const index = new MachineIndex();
  index.apply([
    hardware("m1", "10.0.0.5"),
    hardware("m2", "10.0.0.6"),
    hardware("twin1", "10.0.0.7", "twin"),
    hardware("twin2", "10.0.0.7", "twin"),
  ]);
  const app = fastify();
  t.after(() => app.close());
  await registerHegel(app, {
    clock,
    index,
    proxies: trustedProxies(["10.9.0.0/16"]),
    record: (event) => void events.push(event),
    ...more,
  });
  const get = async (url: string, remoteAddress = "10.0.0.5", headers = {}) =>
    await app.inject({ url, remoteAddress, headers });
  return { app, clock, events, index, get };
}

test("each machine reads its own metadata, with and without a slash at the end, and under the alias", async (t) => {
  const { get } = await setUp(t);
  for (const url of [
    "/2009-04-04/meta-data/hostname",
    "/2009-04-04/meta-data/hostname/",
    "/latest/meta-data/hostname",
  ]) {
    const { statusCode, body, headers } = await get(url);
    assert.deepEqual([statusCode, body, headers["content-type"]], [200, "m1", "text/plain; charset=utf-8"]);
  }
  assert.equal((await get("/2009-04-04/meta-data/hostname", "10.0.0.6")).body, "m2");
  assert.equal((await get("/2009-04-04", "::ffff:10.0.0.6")).body, "meta-data/\nuser-data\nvendor-data");
});

test("an unknown address is told so, everywhere, and leaves an event", async (t) => {
  const { get, events } = await setUp(t);
  for (const url of ["/2009-04-04", "/2009-04-04/user-data", "/metadata", "/nocloud/meta-data"]) {
    const { statusCode, body, headers } = await get(url, "10.0.0.99");
    assert.deepEqual([statusCode, headers.connection], [404, "close"]);
    assert.match(body, /^no Hardware has the address 10\.0\.0\.99;/);
  }
  assert.deepEqual([events[0]?.type, events[0]?.reason], ["MetadataRefused", "UnknownAddress"]);
});

test("an address of several Hardware is nobody's", async (t) => {
  const { get } = await setUp(t);
  const { statusCode, body } = await get("/metadata", "10.0.0.7");
  assert.equal(statusCode, 500);
  assert.match(body, /^default\/twin1 and default\/twin2 all have the address 10\.0\.0\.7/);
});

test("X-Forwarded-For counts from trusted proxies only", async (t) => {
  const { get } = await setUp(t);
  const forged = { "x-forwarded-for": "10.0.0.6" };
  assert.equal((await get("/latest/meta-data/hostname", "10.0.0.5", forged)).body, "m1");
  assert.equal((await get("/latest/meta-data/hostname", "10.9.0.1", forged)).body, "m2");
});

test("of the entries of X-Forwarded-For the last that is no trusted proxy counts", () => {
  const proxies = trustedProxies(["10.9.0.0/16", "fd00::/8"]);
  assert.equal(callerAddress("10.9.0.1", "10.0.0.6, 10.0.0.5, 10.9.0.2", proxies), "10.0.0.5");
  assert.equal(callerAddress("::ffff:10.9.0.1", "10.9.0.3", proxies), "10.9.0.3");
  assert.equal(callerAddress("fd00::1", "10.0.0.6", proxies), "10.0.0.6");
  assert.equal(callerAddress("10.9.0.1", "rubbish", proxies), undefined);
  assert.equal(callerAddress("10.9.0.1", "10.0.0.6:65535", proxies), "10.0.0.6");
  assert.equal(callerAddress("10.9.0.1", "10.0.0.6:123456789", proxies), undefined);
  assert.throws(() => trustedProxies(["10.0.0.0/33"]), /trusted proxy "10\.0\.0\.0\/33"/);
});

test("asking for a session token fails at once, so that clients go on without", async (t) => {
  const { app } = await setUp(t);
  const { statusCode } = await app.inject({ method: "PUT", url: "/latest/api/token", remoteAddress: "10.0.0.5" });
  assert.equal(statusCode, 404);
});

test("user data and vendor data come as they are", async (t) => {
  const { get } = await setUp(t);
  assert.equal((await get("/2009-04-04/user-data")).body, "#cloud-config\n# m1");
  assert.equal((await get("/nocloud/vendor-data")).body, "vendor");
});

test("NoCloud's meta-data names instance, host and keys", async (t) => {
  const { get } = await setUp(t);
  assert.deepEqual(JSON.parse((await get("/nocloud/meta-data")).body), {
    "instance-id": "m1",
    "local-hostname": "m1",
    "public-keys": ["ssh-ed25519 AAAA"],
  });
});

test("paths that lead nowhere are 404", async (t) => {
  const { get } = await setUp(t);
  for (const url of [
    "/2009-04-04/meta-data/foo",
    "/2021-03-23/meta-data/instance-id",
    "/2009-04-04/..%2f..%2fetc/passwd",
  ])
    assert.equal((await get(url)).statusCode, 404);
});

test("the instance endpoint is there only when asked for, and refuses an id of several", async (t) => {
  const { get } = await setUp(t);
  const open = await setUp(t, { instanceEndpoint: true });
  const url = "/tootles/instanceID/m2/2009-04-04/meta-data/hostname";
  assert.equal((await get(url)).statusCode, 404);
  assert.equal((await open.get(url, "203.0.113.1")).body, "m2");
  assert.equal((await open.get(url.replace("m2", "twin"), "203.0.113.1")).statusCode, 500);
});

test("one event per boot says that metadata was served, one that user data was", async (t) => {
  const { get, clock, events } = await setUp(t);
  const boot = async () => {
    for (const url of [
      "/2009-04-04/meta-data/instance-id",
      "/2009-04-04/meta-data/",
      "/2009-04-04/user-data",
      "/2009-04-04/user-data",
    ])
      await get(url);
  };
  await boot();
  clock.advance(61_000);
  await boot();
  const types = ["MetadataServed", "UserDataServed"];
  assert.deepEqual(
    events.map(({ type, hardware: of }) => `${type} ${of}`),
    [...types, ...types].map((type) => `${type} default/m1`),
  );
});

test("a system that phones home leaves an event with who it says it is", async (t) => {
  const { app, events } = await setUp(t);
  const form = new URLSearchParams({
    instance_id: "i-1",
    hostname: "web1",
    fqdn: "web1.example",
    pub_key_rsa: "ssh-rsa X",
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const { statusCode } = await app.inject({
    method: "POST",
    url: "/phone-home",
    remoteAddress: "10.0.0.5",
    headers,
    payload: form.toString(),
  });
  assert.equal(statusCode, 200);
  assert.deepEqual(events, [
    {
      source: "hegel",
      hardware: "default/m1",
      type: "PhonedHome",
      message: "default/m1 says that its system is up",
      data: { instance_id: "i-1", hostname: "web1", fqdn: "web1.example" },
    },
  ]);
});

test("the index follows changes of a Hardware's address", async (t) => {
  const { get, index } = await setUp(t);
  index.upsert(hardware("m1", "10.0.0.50"));
  assert.equal((await get("/latest/meta-data/hostname", "10.0.0.5")).statusCode, 404);
  assert.equal((await get("/latest/meta-data/hostname", "10.0.0.50")).body, "m1");
  index.remove(hardware("m1", "10.0.0.50"));
  assert.equal((await get("/latest/meta-data/hostname", "10.0.0.50")).statusCode, 404);
});
