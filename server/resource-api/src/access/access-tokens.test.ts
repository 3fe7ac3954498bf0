// Tokens that the API is asked to know, and to forget.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type AccessToken, kinds, ResourceClient } from "@neverland/api";
import { newToken, tokenHash } from "@neverland/api/new-token";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { type ApiServer, startApiServer } from "../testing/api-server.ts";

const hourMs = 3_600_000;
let api: ApiServer;
let clock: ManualClock;
let warnings: string[];
let tokens: ResourceClient<typeof kinds.AccessToken>;
beforeEach(async () => {
  clock = new ManualClock(Date.parse("2027-01-01T00:30:00Z"));
  warnings = [];
  api = await startApiServer({ clock, warn: (message) => void warnings.push(message) });
  tokens = new ResourceClient(kinds.AccessToken, { server: api.url, token: api.token });
});
afterEach(() => api.close());

async function made(name: string, expiresAt?: string): Promise<string> {
  const token = newToken();
  const spec = { sha256: tokenHash(token), ...(expiresAt === undefined ? {} : { expiresAt }) };
  await tokens.create({ metadata: { name, namespace: "" }, spec });
  return token;
}
const askAs = async (token: string, path = "/version"): Promise<number> =>
  (await api.request("GET", path, { headers: { authorization: `Bearer ${token}` } })).status;
const key = (name: string) => ({ namespace: "", name });

test("a token is good as soon as it is made, and for nothing as soon as it is deleted", async () => {
  const token = await made("ci");
  assert.equal(await askAs(token), 200);
  await tokens.delete(key("ci"));
  assert.equal(await askAs(token), 401);
  assert.equal(await askAs(api.token), 200);
});

test("who asks is told by the token's name", async () => {
  const headers = { authorization: `Bearer ${await made("ci")}` };
  const { body } = await api.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
    body: {},
    headers,
  });
  assert.equal(body.status.userInfo.username, "token:ci");
});

for (const header of ["Impersonate-User", "impersonate-group", "Impersonate-Uid", "Impersonate-Extra-scopes"])
  test(`who asks as another, by ${header}, is refused, and nothing is done`, async () => {
    const authorization = `Bearer ${await made("ci")}`;
    const body = { metadata: { name: "as-another" } };
    const headers = { authorization, [header]: "x" };
    const answer = await api.request("POST", "/api/v1/namespaces", { body, headers });
    assert.deepEqual([answer.status, answer.body.reason], [403, "Forbidden"]);
    assert.match(answer.body.message, /^User "token:ci" cannot act as another: .* Leave the header impersonate-/);
    assert.equal((await api.request("GET", "/api/v1/namespaces/as-another")).status, 404);
    assert.equal(await askAs("guess"), 401);
  });

test("a token is refused from the moment that it is over", async () => {
  const token = await made("short", "2027-01-01T01:00:00Z");
  assert.equal(await askAs(token), 200);
  clock.advance(hourMs / 2);
  assert.equal(await askAs(token), 401);
});

test("a watch ends with the token that it was begun with", async () => {
  const headers = { authorization: `Bearer ${await made("watcher")}` };
  const url = `${api.url}/apis/tinkerbell.org/v1alpha1/hardware?watch=1`;
  const response = await fetch(url, { headers });
  assert.equal(response.status, 200);
  const ended = assert.rejects(response.text());
  await tokens.delete(key("watcher"));
  await ended;
});

test("a watch ends when the token that it was begun with is over, also where that was brought forward", async () => {
  const headers = { authorization: `Bearer ${await made("watcher", "2027-06-01T00:00:00Z")}` };
  const url = `${api.url}/apis/tinkerbell.org/v1alpha1/hardware?watch=1`;
  const response = await fetch(url, { headers });
  let isOver = false;
  const ended = assert.rejects(response.text()).then(() => {
    isOver = true;
  });
  await tokens.patch(key("watcher"), { spec: { expiresAt: "2027-01-01T00:30:10Z" } });
  clock.advance(9000);
  assert.equal((await fetch(url.replace("?watch=1", ""), { headers })).status, 200);
  assert.equal(isOver, false);
  clock.advance(1000);
  await ended;
});

test("nothing that is kept lets anybody in", async () => {
  const token = await made("ci");
  const { body } = await api.request("GET", "/apis/metal.neverland.dev/v1alpha1/accesstokens");
  assert.equal(body.items.length, 1);
  assert.ok(!JSON.stringify(body).includes(token));
  assert.equal(await askAs(body.items[0].spec.sha256), 401);
});

test("when it was last used is written once an hour, however often it is used", async () => {
  const token = await made("ci");
  await askAs(token);
  await askAs(token);
  clock.advance(60_000);
  const written = await tokens.waitFor(key("ci"), isUsedAt("2027-01-01T00:00:00Z"), AbortSignal.timeout(10_000));
  await askAs(token);
  clock.advance(60_000);
  await askAs(token);
  assert.equal((await tokens.get(key("ci")))?.metadata.resourceVersion, written?.metadata.resourceVersion);
  clock.advance(hourMs);
  await askAs(token);
  clock.advance(60_000);
  await tokens.waitFor(key("ci"), isUsedAt("2027-01-01T01:00:00Z"), AbortSignal.timeout(10_000));
});
const isUsedAt = (time: string) => (token?: AccessToken) => token?.status?.lastUsed === time;

test("of two that make the same name at once one is told that it is there", async () => {
  const results = await Promise.allSettled([made("ci"), made("ci")]);
  const [first, second] = results.map(({ status }) => status).toSorted();
  assert.deepEqual([first, second], ["fulfilled", "rejected"]);
});

test("what is no hash and no time is refused with what was expected", async () => {
  const create = (spec: object) =>
    tokens.create({ metadata: { name: "bad", namespace: "" }, spec: spec as NonNullable<AccessToken["spec"]> });
  await assert.rejects(create({ sha256: "secret" }), /64 hexadecimal digits/);
  await assert.rejects(create({ sha256: "A".repeat(64) }), /lower case/);
  await assert.rejects(create({ sha256: tokenHash("x"), expiresAt: "tomorrow" }), /expected a time such as/);
  await assert.rejects(
    tokens.create({ metadata: { name: "two words", namespace: "" }, spec: { sha256: tokenHash("x") } }),
    /metadata.name/,
  );
});

test("failed tries are told at once, and then once a minute with their number, without the token", async () => {
  for (let count = 0; count < 5; count += 1) assert.equal(await askAs("guess"), 401);
  assert.equal(await askAs("two words"), 401);
  assert.equal(warnings.length, 1);
  clock.advance(60_000);
  assert.equal(warnings.length, 2);
  assert.match(warnings[1] ?? "", /refused 5 requests with a token that it does not know.*from 127\.0\.0\.1/);
  assert.ok(!warnings.join("").includes("guess"));
  clock.advance(600_000);
  assert.equal(warnings.length, 2);
});
