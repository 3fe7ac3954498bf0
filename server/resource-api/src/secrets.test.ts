import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type KindInfo, kinds } from "@neverland/api";
import { type ApiServer, startApiServer } from "./testing/api-server.ts";

const path = "/api/v1/namespaces/default/secrets";
const canary = "canary-4711";
let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const secret = (name: string, more: object) => ({ apiVersion: "v1", kind: "Secret", metadata: { name }, ...more });

test("the core group has secrets, found by discovery and described by OpenAPI", async () => {
  const { resources } = (await api.request("GET", "/api/v1")).body;
  const names = resources.map((resource: { name: string }) => resource.name);
  assert.deepEqual(names, ["events", "namespaces", "namespaces/status", "namespaces/finalize", "secrets"]);
  const { definitions } = (await api.request("GET", "/openapi/v2")).body;
  assert.equal(definitions["io.k8s.api.core.v1.Secret"].properties.data.type, "object");
  const { paths } = (await api.request("GET", "/openapi/v3")).body;
  const third = (await api.request("GET", paths["api/v1"].serverRelativeURL)).body;
  assert.ok(third.paths["/api/v1/namespaces/{namespace}/secrets/{name}"]);
});

test("stringData becomes data, and the type is Opaque unless said", async () => {
  const made = await api.request("POST", path, {
    body: secret("made", { data: { a: "YQ==" }, stringData: { b: "grüße" } }),
  });
  assert.equal(made.status, 201);
  const { data, type, stringData } = made.body;
  assert.deepEqual(
    { data, type, stringData },
    { data: { a: "YQ==", b: "Z3LDvMOfZQ==" }, type: "Opaque", stringData: undefined },
  );
  const table = await api.request("GET", path, {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  });
  assert.deepEqual(table.body.rows[0].cells.slice(0, 3), ["made", "Opaque", 2]);
});

test("a value that is applied no more goes, also when it was applied as text", async () => {
  const headers = { "content-type": "application/apply-patch+yaml" };
  const put = (stringData: object) =>
    api.request("PATCH", `${path}/applied?fieldManager=ann`, { body: secret("applied", { stringData }), headers });
  await put({ a: "1", b: "2" });
  assert.deepEqual((await put({ b: "2" })).body.data, { b: "Mg==" });
});

test("a strategic merge patch is taken for a secret, as kubectl sends it", async () => {
  await api.request("POST", path, { body: secret("patched", { data: { a: "YQ==", b: "Yg==" } }) });
  const headers = { "content-type": "application/strategic-merge-patch+json" };
  const { status, body } = await api.request("PATCH", `${path}/patched`, { body: { data: { a: null } }, headers });
  assert.deepEqual([status, body.data], [200, { b: "Yg==" }]);
});

test("the data of an immutable secret changes no more, nor does that it is immutable; what it is called and that it goes does", async () => {
  const made = await api.request("POST", path, {
    body: secret("fixed", { stringData: { password: canary }, immutable: true }),
  });
  assert.equal(made.status, 201);
  const headers = { "content-type": "application/merge-patch+json" };
  const patch = (body: object) => api.request("PATCH", `${path}/fixed`, { body, headers });
  for (const [change, field] of [
    [{ stringData: { password: "other" } }, "data"],
    [{ data: null }, "data"],
    [{ immutable: false }, "immutable"],
    [{ immutable: null }, "immutable"],
  ] as const) {
    const { status, body } = await patch(change);
    assert.deepEqual([status, body.details?.causes[0].field], [422, field]);
    assert.match(
      body.message,
      /: Forbidden: field is immutable when `immutable` is set; make a Secret of another name .*, or delete this one and apply it again$/,
    );
    assert.ok(!JSON.stringify(body).includes(canary));
  }
  const put = await api.request("PUT", `${path}/fixed`, { body: { ...made.body, data: { password: "b3RoZXI=" } } });
  assert.equal(put.status, 422);
  assert.equal((await patch({ metadata: { labels: { rack: "1" } } })).status, 200);
  assert.equal((await api.request("DELETE", `${path}/fixed`)).status, 200);
});

test("a secret becomes immutable, and its type never changes", async () => {
  await api.request("POST", path, { body: secret("soft", { stringData: { a: "1" } }) });
  const headers = { "content-type": "application/merge-patch+json" };
  const patch = (body: object) => api.request("PATCH", `${path}/soft`, { body, headers });
  assert.equal((await patch({ stringData: { a: "2" } })).status, 200);
  const other = await patch({ type: "kubernetes.io/basic-auth" });
  assert.deepEqual([other.status, other.body.details.causes[0].field], [422, "type"]);
  assert.equal((await patch({ immutable: true })).status, 200);
  assert.equal((await patch({ stringData: { a: "3" } })).status, 422);
});

test("a body that is no JSON is not shown either", async () => {
  const faults = [`{"data":{"a":"${canary}"`, `{"data":{"a":"${canary}" "b"}}`, `{"data":${canary}}`, `"${canary}`];
  for (const body of faults) {
    const answer = await api.request("POST", path, { body });
    assert.equal(answer.status, 400);
    assert.ok(!answer.body.message.includes("canary"), answer.body.message);
  }
});

/** An object that holds the canary at the path, and is refused for something else. */
function withCanary({ kind }: KindInfo, steps: readonly string[], value: unknown): object {
  const nested = steps.reduceRight<unknown>((inner, step) => {
    return step.endsWith("[]") ? { [step.slice(0, -2)]: [inner] } : { [step]: inner };
  }, value);
  return Object.assign({ kind, metadata: { name: "NOT A NAME" } }, nested);
}

test("no refusal shows a value of a sensitive field, nor of what holds it", async () => {
  let refused = 0;
  for (const kind of Object.values<KindInfo>(kinds))
    for (const field of kind.sensitive) {
      const steps = field.split(".");
      const wrong = [canary, [canary], { [canary.toUpperCase()]: [[canary]] }];
      const bodies = steps.flatMap((_, at) => wrong.map((value) => withCanary(kind, steps.slice(0, at + 1), value)));
      for (const body of bodies) {
        const root = kind.group === "" ? "/api/v1" : `/apis/${kind.group}/${kind.version}`;
        const answer = await api.request("POST", `${root}/namespaces/default/${kind.plural}`, { body });
        assert.ok(!JSON.stringify(answer.body).includes(canary), JSON.stringify(answer.body));
        refused += answer.status === 422 ? 1 : 0;
      }
    }
  assert.ok(refused > 20, `${refused} refusals`);
});
