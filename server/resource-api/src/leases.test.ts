// Leader election as client-go's has it, by the requests that it sends: a Lease, and its version as the lock.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
const lease = (holderIdentity: string, metadata = {}) => ({
  ...{ apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "manager", ...metadata } },
  spec: {
    ...{ holderIdentity, leaseDurationSeconds: 15, leaseTransitions: 0 },
    ...{ acquireTime: "2026-01-02T03:04:05.000001Z", renewTime: "2026-01-02T03:04:05.000001Z" },
  },
});

test("of two that want a lease one has it, and of two that saw it lapse one takes it", async () => {
  assert.equal((await api.request("GET", `${path}/manager`)).status, 404);
  const both = await Promise.all(["a", "b"].map((who) => api.request("POST", path, { body: lease(who) })));
  assert.deepEqual(both.map(({ status }) => status).toSorted(), [201, 409]);
  const { metadata, spec } = (await api.request("GET", `${path}/manager`)).body;
  assert.equal(spec.renewTime, "2026-01-02T03:04:05.000001Z");
  const { resourceVersion } = metadata;
  const take = (who: string) => api.request("PUT", `${path}/manager`, { body: lease(who, { resourceVersion }) });
  const takers = await Promise.all([take("b"), take("c")]);
  assert.deepEqual(takers.map(({ status }) => status).toSorted(), [200, 409]);
  assert.equal((await api.request("PUT", `${path}/manager`, { body: lease("d") })).status, 422);
});

test("a lease by protobuf, as Go's typed clients send it, is the same", async () => {
  const text = (number: number, value: string) => [(number << 3) | 2, value.length, ...Buffer.from(value)];
  const message = (number: number, bytes: number[]) => [(number << 3) | 2, bytes.length, ...bytes];
  // 1767323045 s and 123456000 ns, as varints.
  const time = [0x08, 0xa5, 0xeb, 0xdc, 0xca, 0x06, 0x10, 0x80, 0x94, 0xef, 0x3a];
  const spec = [...text(1, "a"), 0x10, 15, ...message(3, time), ...message(4, time), 0x28, 2];
  const object = [...message(1, text(1, "typed")), ...message(2, spec)];
  const body = Buffer.from([...Buffer.from("k8s\0"), ...message(2, object)]);
  const headers = { authorization: `Bearer ${api.token}`, "content-type": "application/vnd.kubernetes.protobuf" };
  const made = await fetch(`${api.url}${path}`, { method: "POST", headers, body });
  const { acquireTime, ...rest } = (await made.json()).spec;
  assert.deepEqual([made.status, acquireTime], [201, "2026-01-02T03:04:05.123456Z"]);
  assert.deepEqual(rest, {
    holderIdentity: "a",
    leaseDurationSeconds: 15,
    renewTime: acquireTime,
    leaseTransitions: 2,
  });
});

test("what no holder could mean is refused, and a lease that was given back is none of it", async () => {
  const body = (spec: object) => ({ ...lease(""), metadata: { generateName: "l-" }, spec });
  const status = async (spec: object) => (await api.request("POST", path, { body: body(spec) })).status;
  for (const spec of [{ leaseDurationSeconds: 0 }, { leaseTransitions: -1 }, { renewTime: "now" }])
    assert.equal(await status(spec), 422, JSON.stringify(spec));
  assert.equal(await status({ holderIdentity: "", leaseDurationSeconds: 1, renewTime: null }), 201);
});
