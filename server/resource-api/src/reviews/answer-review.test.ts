// What clients ask about themselves, over HTTP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, startApiServer } from "../testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const ask = async (path: string, body: unknown, headers = {}) =>
  await api.request("POST", `/apis/${path}`, { body, headers });
const mayI = async (spec: object) => {
  const { status, body } = await ask("authorization.k8s.io/v1/selfsubjectaccessreviews", { spec });
  assert.equal(status, 201);
  return body.status;
};
const mayIDo = async (group: string, resource: string, verb: string, more = {}) =>
  (await mayI({ resourceAttributes: { group, resource, verb, ...more } })).allowed;

test("what discovery lists may be done, and nothing else", async () => {
  assert.equal(
    await mayIDo("tinkerbell.org", "hardware", "delete", { namespace: "default", version: "v1alpha1" }),
    true,
  );
  assert.equal(await mayIDo("tinkerbell.org", "workflows", "get", { subresource: "log" }), true);
  assert.equal(await mayIDo("*", "*", "*"), true);
  assert.equal(await mayIDo("", "events", "watch"), true);
  assert.equal(await mayIDo("", "events", "create"), false);
  assert.equal(await mayIDo("tinkerbell.org", "hardware", "get", { version: "v2" }), false);
  assert.equal(await mayIDo("", "hardware", "get"), false);
  assert.equal(await mayIDo("tinkerbell.org", "workflows", "update", { subresource: "log" }), false);
});

test("a no has a sentence", async () => {
  assert.deepEqual(await mayI({ resourceAttributes: { resource: "pods", verb: "list" } }), {
    allowed: false,
    reason: "there is no resource pods here; discovery lists those that there are",
  });
  assert.deepEqual(await mayI({ resourceAttributes: { resource: "events", verb: "patch" } }), {
    allowed: false,
    reason: "events knows get, list, watch, and not patch",
  });
  assert.deepEqual(await mayI({ nonResourceAttributes: { path: "/metrics", verb: "get" } }), {
    allowed: false,
    reason: "nothing is served at /metrics",
  });
});

test("a question that asks nothing, or two things, is invalid", async () => {
  const path = "authorization.k8s.io/v1/selfsubjectaccessreviews";
  for (const spec of [{}, { resourceAttributes: {}, nonResourceAttributes: {} }, { resourceAttributes: 1 }]) {
    const { status, body } = await ask(path, { spec });
    assert.deepEqual([status, body.reason], [422, "Invalid"]);
  }
});

test("the rules are those of discovery", async () => {
  const { body } = await ask("authorization.k8s.io/v1/selfsubjectrulesreviews", { spec: { namespace: "default" } });
  const { resourceRules, incomplete } = body.status;
  const events = resourceRules.find((rule: { resources: string[] }) => rule.resources.includes("events"));
  assert.deepEqual(events, { verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["events"] });
  assert.equal(incomplete, false);
});

test("a token is known, or not, and who asks is told who it is", async () => {
  const review = async (token: string) =>
    (await ask("authentication.k8s.io/v1/tokenreviews", { spec: { token } })).body.status;
  const user = { username: "neverland", groups: ["system:masters", "system:authenticated"] };
  assert.deepEqual(await review(api.token), { authenticated: true, user });
  assert.equal((await review("another")).authenticated, false);
  const self = await ask("authentication.k8s.io/v1/selfsubjectreviews", {});
  assert.deepEqual([self.status, self.body.status.userInfo], [201, user]);
});

test("questions are kept nowhere, so there is none to read, and nobody without the token is answered", async () => {
  const path = "authentication.k8s.io/v1/tokenreviews";
  assert.equal((await api.request("GET", `/apis/${path}`)).body.reason, "MethodNotAllowed");
  assert.equal((await ask(path, { spec: { token: "x" } }, { authorization: "Bearer wrong" })).status, 401);
  assert.equal((await ask(path, { spec: {} })).body.details.causes[0].field, "spec.token");
});

test("it is read as protobuf, which typed clients of Go send", async () => {
  const field = (tag: number, bytes: Buffer) => Buffer.concat([Buffer.from([(tag << 3) | 2, bytes.length]), bytes]);
  const text = (tag: number, value: string) => field(tag, Buffer.from(value));
  const attributes = Buffer.concat([text(2, "list"), text(3, "tinkerbell.org"), text(5, "hardware")]);
  const object = field(2, field(1, attributes));
  const body = new Uint8Array(Buffer.concat([Buffer.from("k8s\0"), field(2, object)]));
  const answer = await fetch(`${api.url}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.token}`, "content-type": "application/vnd.kubernetes.protobuf" },
    body,
  });
  const { spec, status } = JSON.parse(await answer.text());
  assert.deepEqual(spec, { resourceAttributes: { verb: "list", group: "tinkerbell.org", resource: "hardware" } });
  assert.equal(status.allowed, true);
});
