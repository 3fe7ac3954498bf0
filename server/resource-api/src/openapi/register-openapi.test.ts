// OpenAPI as client-go's cached discovery asks for it: by hash, by ETag, and as protobuf.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { member } from "@neverland/api";
import { type ApiServer, startApiServer } from "../testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const protobuf = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";
const fetchRaw = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${api.url}${path}`, { redirect: "manual", headers: { authorization: `Bearer ${api.token}`, ...headers } });
const addressOf = async (root: string): Promise<string> =>
  (await api.request("GET", "/openapi/v3")).body.paths[root].serverRelativeURL;

test("the index leads to addresses that never change what they have, and one of old to the new", async () => {
  const address = await addressOf("apis/tinkerbell.org/v1alpha1");
  assert.match(address, /^\/openapi\/v3\/apis\/tinkerbell\.org\/v1alpha1\?hash=[0-9A-F]{64}$/);
  const whole = await fetchRaw(address);
  assert.deepEqual([whole.status, whole.headers.get("cache-control")], [200, "private, immutable, max-age=31536000"]);
  const stale = await fetchRaw(address.replace(/hash=.*/, "hash=ABC"));
  assert.deepEqual([stale.status, stale.headers.get("location")], [301, address]);
  const bare = await fetchRaw(address.replace(/\?.*/, ""));
  assert.deepEqual([bare.status, bare.headers.get("cache-control")], [200, "private, no-cache"]);
});

test("who has the document is not sent it again, in either form of either version", async () => {
  const address = await addressOf("api/v1");
  for (const [path, accept] of [
    [address, "application/json"],
    [address, protobuf],
    ["/openapi/v2", "application/json"],
    ["/openapi/v2", protobuf.replace("v3", "v2")],
  ] as const) {
    const etag = (await fetchRaw(path, { accept })).headers.get("etag") ?? "";
    const again = await fetchRaw(path, { accept, "if-none-match": `"x", W/${etag}` });
    assert.deepEqual([again.status, await again.text(), again.headers.get("etag")], [304, "", etag]);
    assert.equal((await fetchRaw(path, { accept, "if-none-match": '"x"' })).status, 200);
  }
});

test("a document is protobuf for who asks for that, and nothing for who takes neither", async () => {
  const address = await addressOf("api/v1");
  for (const accept of [protobuf, protobuf.replace("@v1.0", ".v1.0"), `${protobuf};q=0.9, application/json;q=0.1`]) {
    const answer = await fetchRaw(address, { accept });
    assert.equal(answer.headers.get("content-type"), protobuf.replace("@v1.0", ".v1.0"));
    const bytes = Buffer.from(await answer.arrayBuffer());
    // Document.openapi, then Document.info.
    assert.deepEqual(bytes.subarray(0, 8), Buffer.from([0x0a, 5, ...Buffer.from("3.0.0"), 0x12]));
  }
  assert.equal((await fetchRaw(address, { accept: "application/xml" })).status, 406);
  assert.equal((await fetchRaw(address, { accept: "*/*" })).headers.get("content-type"), "application/json");
});

test("a document is made once, however often it is asked for", async () => {
  const path = "/openapi/v3/apis/tinkerbell.org/v1alpha1";
  await fetchRaw(path);
  const before = process.cpuUsage();
  const answers = await Promise.all(Array.from({ length: 50 }, async () => (await fetchRaw(path)).arrayBuffer()));
  const { user } = process.cpuUsage(before);
  assert.equal(answers.length, 50);
  assert.ok(user / 50 < 5000, `${user / 50} us each, client included`);
});

test("every resource in discovery is described in both versions", async () => {
  const ask = async (path: string) => (await api.request("GET", path)).body;
  const groups: { versions: { groupVersion: string }[] }[] = (await ask("/apis")).groups;
  const roots = ["api/v1", ...groups.flatMap(({ versions }) => versions.map((one) => `apis/${one.groupVersion}`))];
  const second = Object.values((await ask("/openapi/v2")).definitions);
  assert.ok(roots.length > 4);
  for (const root of roots) {
    const [group, version] = root.startsWith("apis/") ? root.slice(5).split("/") : ["", "v1"];
    const third = Object.values((await ask(await addressOf(root))).components.schemas);
    const described = [second, third].map((schemas) =>
      schemas.flatMap((schema) =>
        [member(schema, "x-kubernetes-group-version-kind")].flat().map((gvk) => JSON.stringify(gvk)),
      ),
    );
    for (const { kind } of (await ask(`/${root}`)).resources) {
      const gvk = JSON.stringify({ group, version, kind });
      assert.deepEqual(
        described.map((all) => all.includes(gvk)),
        [true, true],
        gvk,
      );
    }
  }
});
