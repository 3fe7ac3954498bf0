// Lists and watches as other people's clients ask for them: of a version, and by the path that old ones have for a watch.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Resource } from "@neverland/api";
import { type ApiServer, startApiServer, templateNamed, templatesPath } from "./testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const make = (name: string) => api.request("POST", templatesPath, { body: templateNamed(name) });
const ask = (query: string, path = templatesPath) => api.request("GET", `${path}?${query}`);
const names = (body: { items: Resource[] }) => body.items.map(({ metadata }) => metadata.name);
const fieldsOf = async (query: string) => {
  const { status, body } = await ask(query);
  return [status, body.reason, ...(body.details?.causes ?? []).map(({ field }: { field: string }) => field)];
};

test("a list of exactly a version shows it while it is kept; one that may be newer shows the newest", async () => {
  await make("a");
  const { resourceVersion } = (await ask("")).body.metadata;
  await make("b");
  const exact = await ask(`resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`);
  assert.deepEqual([names(exact.body), exact.body.metadata.resourceVersion], [["a"], resourceVersion]);
  const newer = `resourceVersion=${resourceVersion}`;
  for (const query of [newer, `${newer}&resourceVersionMatch=NotOlderThan`, "resourceVersion=0"])
    assert.deepEqual(names((await ask(query)).body), ["a", "b"], query);
});

test("a version that is yet to come is told by the cause that client-go's informers know", async () => {
  const { status, body } = await ask("resourceVersion=1000000");
  assert.deepEqual([status, body.reason, body.details.retryAfterSeconds], [504, "Timeout", 1]);
  assert.equal(body.details.causes[0].reason, "ResourceVersionTooLarge");
  assert.match(body.message, /^Too large resource version: 1000000, current: \d+$/);
});

test("a field that cannot be asked for is told with those that can, each once", async () => {
  const { status, body } = await ask("fieldSelector=spec.nope=a", templatesPath.replace("templates", "workflows"));
  assert.equal(status, 400);
  const [, names = ""] = /^field label not supported: spec\.nope; supported are (.*)$/.exec(body.message) ?? [];
  const fields = names.split(", ");
  assert.ok(fields.includes("status.state"));
  assert.deepEqual(fields, [...new Set(fields)]);
});

test("a version that is none is refused in lists, watches and reads", async () => {
  for (const version of ["abc", "-1", "1.5", "18446744073709551616"])
    for (const [query, path] of [
      ["", ""],
      ["watch=1&", ""],
      ["", "/none"],
    ] as const) {
      const { status, body } = await ask(`${query}resourceVersion=${version}`, `${templatesPath}${path}`);
      assert.deepEqual([status, body.reason], [400, "BadRequest"], version);
    }
  assert.equal((await ask("resourceVersion=18446744073709551615")).status, 504);
});

test("what contradicts itself is refused in Kubernetes' words", async () => {
  const match = "resourceVersionMatch";
  const invalid = [422, "Invalid", match];
  assert.deepEqual(await fieldsOf(`${match}=Exact`), invalid);
  assert.deepEqual(await fieldsOf(`${match}=Exact&resourceVersion=0`), invalid);
  assert.deepEqual(await fieldsOf(`${match}=Newest&resourceVersion=1`), invalid);
  assert.deepEqual(await fieldsOf(`${match}=NotOlderThan&resourceVersion=1&continue=abc`), invalid);
  assert.deepEqual(await fieldsOf("sendInitialEvents=true"), [422, "Invalid", "sendInitialEvents"]);
  assert.deepEqual(await fieldsOf("watch=1&sendInitialEvents=true"), invalid);
  assert.deepEqual(await fieldsOf(`watch=1&${match}=NotOlderThan&resourceVersion=1`), invalid);
  assert.deepEqual(await fieldsOf("resourceVersion=1&continue=abc"), [400, "BadRequest"]);
});

test("/watch before a kind's path is a watch of it, or of the object that it names", async () => {
  await make("w1");
  await make("w2");
  const watch = async (path: string) => {
    const headers = { authorization: `Bearer ${api.token}` };
    const response = await fetch(`${api.url}${path}?timeoutSeconds=1`, { headers });
    const lines = (await response.text()).trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line)).map(({ type, object }) => `${type} ${object.metadata.name}`);
  };
  const root = "/apis/tinkerbell.org/v1alpha1/watch";
  assert.deepEqual(await watch(`${root}/namespaces/default/templates/w1`), ["ADDED w1"]);
  assert.ok((await watch(`${root}/templates`)).includes("ADDED w2"));
  assert.ok((await watch(`${root}/namespaces/default/templates/`)).includes("ADDED w2"));
  assert.deepEqual(await watch("/api/v1/watch/namespaces/default"), ["ADDED default"]);
  assert.equal((await api.request("DELETE", `${root}/namespaces/default/templates/w1`)).status, 405);
  assert.equal((await ask("", `${root}/namespaces/default/workflows/w1/status`)).status, 404);
});
