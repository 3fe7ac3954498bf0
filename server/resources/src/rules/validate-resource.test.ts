// Values that were stored before they were refused: the object can be changed around them, and they can be put right, but nothing new is taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { NewResource } from "@neverland/store/resource-store.ts";
import { guardedStore } from "../guarded-store.ts";
import { WritePath } from "../write-path.ts";

type Said = { readonly address?: string; readonly netmask?: string };

function hardware(...ips: readonly Said[]): NewResource {
  const spec = { interfaces: ips.map((ip, at) => ({ dhcp: { mac: `52:54:00:00:00:0${at}`, ip } })) };
  return {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Hardware",
    metadata: { namespace: "default", name: "m1" },
    spec,
  };
}

/** As an earlier release took it, past the write path. */
async function storedBefore(ip: Said) {
  const raw = openMemoryStore();
  const store = guardedStore(new WritePath({ store: raw, clock: systemClock }), "tester");
  const stored = await raw.create(kinds.Hardware, hardware(ip));
  const put = (...next: readonly Said[]): Promise<Resource> =>
    store.update(kinds.Hardware, { ...stored, spec: hardware(...next).spec });
  return { put, raw };
}

const refused = (field: string) => ({
  code: "invalid",
  message: new RegExp(`spec\\.interfaces\\[0\\]\\.dhcp\\.ip\\.${field}: Invalid value: expected`),
});

test("a value that is of no use is refused when it is new", async () => {
  const raw = openMemoryStore();
  const store = guardedStore(new WritePath({ store: raw, clock: systemClock }), "tester");
  await assert.rejects(store.create(kinds.Hardware, hardware({ address: "10.0.0.5/24" })), refused("address"));
  await raw.close();
});

test("one that is stored stays while the rest is changed", async () => {
  const { put, raw } = await storedBefore({ address: "10.0.0.5", netmask: "24" });
  const { spec } = await put({ address: "10.0.0.6", netmask: "24" });
  assert.deepEqual(spec, hardware({ address: "10.0.0.6", netmask: "24" }).spec);
  await raw.close();
});

test("it does not come a second time", async () => {
  const { put, raw } = await storedBefore({ address: "10.0.0.5", netmask: "24" });
  const next = [
    { address: "10.0.0.5", netmask: "24" },
    { address: "10.0.0.6", netmask: "24" },
  ];
  await assert.rejects(put(...next), { code: "invalid", message: /interfaces\[1\]\.dhcp\.ip\.netmask/ });
  await raw.close();
});

test("it may be put right, and not be made another of no use", async () => {
  const { put, raw } = await storedBefore({ address: "10.0.0.5", netmask: "24" });
  await assert.rejects(put({ address: "10.0.0.5", netmask: "25" }), refused("netmask"));
  await assert.rejects(put({ address: "10.0.0.5 ", netmask: "24" }), refused("address"));
  await put({ address: "10.0.0.5", netmask: "255.255.255.0" });
  await raw.close();
});

test("an object of very many faults is refused with the first of them", async () => {
  const raw = openMemoryStore();
  const store = guardedStore(new WritePath({ store: raw, clock: systemClock }), "tester");
  const spec = { interfaces: [{ dhcp: { mac: "52:54:00:00:00:01", name_servers: Array<number>(9000).fill(5) } }] };
  await assert.rejects(store.create(kinds.Hardware, { ...hardware({}), spec }), (error: Error) => {
    return error.message.length < 20_000 && /name_servers\[99\]/.test(error.message);
  });
  await raw.close();
});
