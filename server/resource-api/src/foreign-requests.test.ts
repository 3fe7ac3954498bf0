// Requests as other people's clients send them, where they differ from what kubectl sends.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { member, type Resource } from "@neverland/api";
import { readYaml } from "@neverland/yaml";
import { type ApiServer, startApiServer, templateNamed, templatesPath } from "./testing/api-server.ts";

const apply = { "content-type": "application/apply-patch+yaml" };
const merge = { "content-type": "application/merge-patch+json" };
let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const make = (name: string, metadata = {}) =>
  api.request("POST", templatesPath, { body: templateNamed(name, "x", metadata) });

test("a flag of the query is true, whatever stands there, but for 0 and false in any case", async () => {
  const applyAs = (manager: string, force: string) =>
    api.request("PATCH", `${templatesPath}/flags?fieldManager=${manager}&force=${force}`, {
      body: templateNamed("flags", manager),
      headers: apply,
    });
  assert.equal((await applyAs("ann", "True")).status, 201);
  for (const no of ["0", "false", "False", "FALSE"]) assert.equal((await applyAs("bob", no)).status, 409, no);
  for (const yes of ["1", "true", "True", "yes", ""]) assert.equal((await applyAs(`by-${yes}`, yes)).status, 200, yes);
  const watched = await api.request("GET", `${templatesPath}?watch=True&allowWatchBookmarks=True&timeoutSeconds=1`);
  assert.match(JSON.stringify(watched.body), /"type":"ADDED"/);
});

test("dependents are orphaned at the query's word as well as the body's", async () => {
  await make("owner");
  const { body } = await api.request("DELETE", `${templatesPath}/owner?orphanDependents=True`);
  assert.deepEqual(body.metadata.finalizers, ["orphan"]);
});

test("an owner of fields without a time is shown without one", async () => {
  await make("moved");
  const entry = { manager: "zz", operation: "Update", apiVersion: "tinkerbell.org/v1alpha1", fieldsType: "FieldsV1" };
  const managedFields = [{ ...entry, fieldsV1: { "f:spec": { "f:data": {} } } }];
  const body = { metadata: { managedFields } };
  const patched = await api.request("PATCH", `${templatesPath}/moved`, { body, headers: merge });
  assert.deepEqual(patched.body.metadata.managedFields, managedFields);
});

test("a record has no owners of fields, and no time that is none", async () => {
  const path = "/apis/metal.neverland.dev/v1alpha1/namespaces/default/actionreports";
  const managedFields = [{ manager: "zz", operation: "Update", time: "yesterday" }];
  const spec = {
    workflow: "default/w",
    workflowUID: "u",
    taskID: "t",
    actionID: "a",
    agentID: "m",
    state: "RUNNING",
    receivedAt: "2026-01-01T00:00:00Z",
  };
  const made = await api.request("POST", path, { body: { metadata: { name: "r", managedFields }, spec } });
  assert.deepEqual([made.status, made.body.metadata.managedFields], [201, undefined]);
});

test("a time of a status is one that Go's clients read, or is refused", async () => {
  const workflows = templatesPath.replace("templates", "workflows");
  await api.request("POST", workflows, { body: { metadata: { name: "timed" }, spec: {} } });
  const write = async (globalExecutionStop: string) => {
    const body = { status: { globalExecutionStop } };
    return (await api.request("PATCH", `${workflows}/timed/status`, { body, headers: merge })).status;
  };
  assert.deepEqual([await write("2026"), await write(""), await write("2026-01-02T03:04:05Z")], [422, 422, 200]);
});

test("what Kubernetes' own fields of metadata are not is refused, since no Go client could read it", async () => {
  assert.equal((await make("odd", { selfLink: 5 })).status, 422);
});

test("options of a deletion are read as protobuf, which Go's typed clients send, of any kind", async () => {
  // DeleteOptions of client-go 0.37 with the uid "abc-1" as precondition, and without anything.
  const pinned = "6b3873000a130a027631120d44656c6574654f7074696f6e73120d120b0a056162632d3112023432";
  const empty = "6b3873000a130a027631120d44656c6574654f7074696f6e7312001a002200";
  await make("typed");
  const send = async (hex: string) => {
    const headers = { authorization: `Bearer ${api.token}`, "content-type": "application/vnd.kubernetes.protobuf" };
    const body = Buffer.from(hex, "hex");
    return (await fetch(`${api.url}${templatesPath}/typed`, { method: "DELETE", headers, body })).status;
  };
  assert.deepEqual([await send(pinned), await send(empty)], [409, 200]);
});

test("what discovery lists for a kind is answered, and nothing else is", async () => {
  const roots = ["/api/v1", "/apis/tinkerbell.org/v1alpha1", "/apis/metal.neverland.dev/v1alpha1"];
  const requests = [
    ["get", "GET", "/none"],
    ["list", "GET", ""],
    ["watch", "GET", "?watch=1&timeoutSeconds=1"],
    ["create", "POST", ""],
    ["update", "PUT", "/none"],
    ["patch", "PATCH", "/none"],
    ["delete", "DELETE", "/none"],
    ["deletecollection", "DELETE", "?labelSelector=none"],
  ] as const;
  const wrong = await Promise.all(
    roots.map(async (root) => {
      const { resources } = (await api.request("GET", root)).body;
      const whole: { name: string; namespaced: boolean; verbs: string[] }[] = resources.filter(
        ({ name }: { name: string }) => !name.includes("/"),
      );
      const tries = whole.flatMap((resource) => requests.map((request) => ({ resource, request })));
      const answers = tries.map(async ({ resource, request: [verb, method, rest] }) => {
        const path = `${root}${resource.namespaced ? "/namespaces/nowhere" : ""}/${resource.name}${rest}`;
        const body = method === "GET" ? {} : { body: {}, headers: method === "PATCH" ? merge : {} };
        const { status } = await api.request(method, path, body);
        return resource.verbs.includes(verb) === (status !== 405) ? [] : [`${verb} ${path}: ${status}`];
      });
      return (await Promise.all(answers)).flat();
    }),
  );
  assert.deepEqual(wrong.flat(), []);
});

test("an apply that names an object which is gone, or another of its name, makes and changes nothing", async () => {
  const send = (metadata: object) =>
    api.request("PATCH", `${templatesPath}/anew?fieldManager=capi`, {
      body: templateNamed("anew", "y", metadata),
      headers: apply,
    });
  for (const metadata of [{ uid: "abc" }, { resourceVersion: "1" }]) {
    const { status, body } = await send(metadata);
    assert.deepEqual([status, body.reason], [409, "Conflict"]);
    assert.equal((await api.request("GET", `${templatesPath}/anew`)).status, 404);
  }
  const { body } = await make("anew");
  assert.deepEqual([(await send({ uid: "abc" })).status, (await send({ resourceVersion: "1" })).status], [409, 409]);
  const { uid } = body.metadata;
  assert.equal((await api.request("GET", `${templatesPath}/anew`)).body.spec.data, "x");
  assert.equal(
    (
      await api.request("PATCH", `${templatesPath}/anew?fieldManager=capi&force=1`, {
        body: templateNamed("anew", "y", { uid }),
        headers: apply,
      })
    ).status,
    200,
  );
});

test("a label that is a number is selected by its size", async () => {
  const rack = templatesPath.replace("default", "racks");
  for (const [name, row] of [
    ["r1", "9"],
    ["r2", "10"],
    ["r3", "last"],
  ] as const)
    await api.request("POST", rack, { body: templateNamed(name, "x", { labels: { row } }) });
  const names = async (selector: string) =>
    (await api.request("GET", `${rack}?labelSelector=${encodeURIComponent(selector)}`)).body.items.map(
      (item: Resource) => item.metadata.name,
    );
  assert.deepEqual(
    [await names("row>9"), await names("row<10"), await names("row > 1")],
    [["r2"], ["r1"], ["r1", "r2"]],
  );
});

test("a table and metadata alone are had in the older version too, in lists and watches", async () => {
  await make("older");
  const ask = async (as: string, query: string) => {
    const headers = { accept: `application/json;as=${as};v=v1beta1;g=meta.k8s.io` };
    return (await api.request("GET", `${templatesPath}?fieldSelector=metadata.name%3Dolder${query}`, { headers })).body;
  };
  const beta = "meta.k8s.io/v1beta1";
  const table = await ask("Table", "");
  assert.deepEqual([table.kind, table.apiVersion, table.rows[0].object.apiVersion], ["Table", beta, beta]);
  const list = await ask("PartialObjectMetadataList", "");
  assert.deepEqual([list.kind, list.apiVersion, list.items[0].apiVersion], ["PartialObjectMetadataList", beta, beta]);
  const { object } = await ask("Table", "&watch=1&timeoutSeconds=1");
  assert.deepEqual([object.kind, object.apiVersion], ["Table", beta]);
});

test("who asks for YAML has YAML, but of a watch", async () => {
  await make("yaml");
  const headers = { accept: "application/yaml" };
  for (const [query, kind] of [
    ["/yaml", "Template"],
    ["?fieldSelector=metadata.name%3Dyaml", "TemplateList"],
  ] as const) {
    const answer = await api.request("GET", `${templatesPath}${query}`, { headers });
    const read = readYaml(answer.body);
    assert.deepEqual(
      [answer.headers.get("content-type"), read.ok && member(read.document.value, "kind")],
      ["application/yaml", kind],
    );
  }
  assert.equal((await api.request("GET", `${templatesPath}?watch=1`, { headers })).status, 406);
  const data = "a: 1\nb: 2\n";
  for (const odd of ["a\u007fb", "\u0085", "\u2028", "\ufeff", "yes", "😀"]) {
    const path = `${templatesPath}/yaml`;
    await api.request("PATCH", path, { body: { spec: { data, odd } }, headers: merge });
    const { body } = await api.request("GET", path, { headers });
    assert.match(body, /^spec:\n {2}data: \|\n {4}a: 1\n {4}b: 2\n {2}odd: /m);
    const put = await api.request("PUT", path, { body, headers: { "content-type": "application/yaml" } });
    assert.deepEqual([put.status, put.body.spec], [200, { data, odd }]);
  }
  for (const accept of ["application/yaml", "application/yaml;as=Table;v=v1;g=meta.k8s.io"]) {
    const none = await api.request("GET", `${templatesPath}?labelSelector=none`, { headers: { accept } });
    assert.match(none.body, /^(items|rows): \[\]\n$/m);
  }
});

test("an event of Kubernetes' own kind is refused, instead of kept where nobody reads it", async () => {
  const path = "/api/v1/namespaces/default/events";
  const involvedObject = { kind: "Hardware", name: "node-1" };
  const body = { metadata: { generateName: "a" }, reason: "x", involvedObject };
  const refused = await api.request("POST", path, { body });
  assert.deepEqual([refused.status, refused.body.reason], [405, "MethodNotAllowed"]);
});

test("a Secret takes a PUT without the version that was read, as Kubernetes' own; a custom resource does not", async () => {
  const path = "/api/v1/namespaces/default/secrets";
  const secret = (value: string, metadata = {}) => ({
    ...{ apiVersion: "v1", kind: "Secret", type: "Opaque" },
    ...{ metadata: { name: "fresh", ...metadata }, data: { a: value } },
  });
  const put = (value: string, metadata = {}) => api.request("PUT", `${path}/fresh`, { body: secret(value, metadata) });
  assert.equal((await put("MA==")).status, 404);
  const { metadata } = (await api.request("POST", path, { body: secret("MQ==") })).body;
  const many = Array.from({ length: 4 }, (_, at) => put(Buffer.from(`many ${at}`).toString("base64")));
  assert.deepEqual(
    (await Promise.all(many)).map(({ status }) => status),
    [200, 200, 200, 200],
  );
  const last = await put("Mg==");
  assert.deepEqual([last.status, last.body.data, last.body.metadata.uid], [200, { a: "Mg==" }, metadata.uid]);
  const { resourceVersion } = metadata;
  for (const pin of [{ resourceVersion }, { uid: "another" }]) assert.equal((await put("Mw==", pin)).status, 409);
  await make("fresh");
  const refused = await api.request("PUT", `${templatesPath}/fresh`, { body: templateNamed("fresh", "y") });
  assert.deepEqual([refused.status, refused.body.details.causes[0].field], [422, "metadata.resourceVersion"]);
});

test("a slash at the end of a path says nothing", async () => {
  await make("slash");
  const paths = [
    "/version",
    "/api",
    "/api/v1",
    "/apis",
    "/apis/tinkerbell.org",
    "/apis/tinkerbell.org/v1alpha1",
    "/openapi/v3",
  ];
  for (const path of [...paths, templatesPath, `${templatesPath}/slash`]) {
    const [bare, slashed] = [await api.request("GET", path), await api.request("GET", `${path}/`)];
    assert.deepEqual([slashed.status, slashed.body], [200, bare.body], path);
  }
  assert.equal((await api.request("GET", `${templatesPath}//slash`)).status, 404);
});

test("the version has what its published schema requires", async () => {
  const { body } = await api.request("GET", "/version");
  const required = [
    "buildDate",
    "compiler",
    "gitCommit",
    "gitTreeState",
    "gitVersion",
    "goVersion",
    "major",
    "minor",
    "platform",
  ];
  assert.deepEqual(Object.keys(body).toSorted(), required);
  assert.match(body.platform, /^linux\/(amd64|arm64)$/);
});

describe("namespaces", () => {
  const path = "/api/v1/namespaces";
  const makeIn = (namespace: string) =>
    api.request("POST", templatesPath.replace("default", namespace), { body: templateNamed("t") });
  const names = async (query: string) =>
    (await api.request("GET", `${path}?${query}`)).body.items.map((item: Resource) => item.metadata.name);

  test("are listed by selector and page, as objects and as a table", async () => {
    for (const name of ["n1", "n2"]) await makeIn(name);
    assert.deepEqual(await names("fieldSelector=metadata.name%3Dn1"), ["n1"]);
    assert.deepEqual(await names("labelSelector=kubernetes.io/metadata.name%20in%20(n1,n2)"), ["n1", "n2"]);
    const page = (await api.request("GET", `${path}?limit=1`)).body;
    const rest = (await api.request("GET", `${path}?limit=1&continue=${page.metadata.continue}`)).body;
    assert.deepEqual(
      [page, rest].map(({ items }) => items[0].metadata.name),
      ["default", "n1"],
    );
    const table = await api.request("GET", `${path}?fieldSelector=metadata.name%3Dn1`, {
      headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
    });
    assert.deepEqual(table.body.rows[0].cells.slice(0, 2), ["n1", "Active"]);
    const { metadata } = (await api.request("GET", `${path}/n1`)).body;
    assert.ok(Date.now() - Date.parse(metadata.creationTimestamp) < 600_000);
  });

  test("are kept as they are made, applied and labelled, with what Kubernetes' own have", async () => {
    const named = (name: string, labels = {}) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    const name = { "kubernetes.io/metadata.name": "new" };
    const applyAs = (manager: string, labels: object) =>
      api.request("PATCH", `${path}/new?fieldManager=${manager}`, { body: named("new", labels), headers: apply });
    const answers = [
      await api.request("POST", path, { body: named("new", { team: "a" }) }),
      await api.request("POST", path, { body: named("new") }),
      await applyAs("argo", { tier: "1" }),
      await api.request("PATCH", `${path}/new`, { body: { metadata: { labels: { a: "b" } } }, headers: merge }),
      await applyAs("argo", {}),
    ];
    assert.deepEqual(
      answers.map(({ status, body, headers }) => [status, body.metadata.labels, headers.get("warning")]),
      [
        [201, { ...name, team: "a" }, null],
        [409, undefined, null],
        [200, { ...name, team: "a", tier: "1" }, null],
        [200, { ...name, team: "a", tier: "1", a: "b" }, null],
        [200, { ...name, team: "a", a: "b" }, null],
      ],
    );
    const { body } = await api.request("PUT", `${path}/new`, { body: named("new", { only: "this" }) });
    assert.deepEqual([body.metadata.labels, body.status], [{ ...name, only: "this" }, { phase: "Active" }]);
    const refused = await api.request("POST", path, { body: named("a.b") });
    assert.deepEqual([refused.status, refused.body.details.causes[0].field], [422, "metadata.name"]);
    assert.equal((await api.request("GET", `${path}/none`)).status, 404);
  });

  test("of which one that is used is there, and default cannot be deleted", async () => {
    await makeIn("used");
    const { status, body } = await api.request("DELETE", `${path}/default`);
    assert.deepEqual([status, body.reason], [403, "Forbidden"]);
    assert.equal((await api.request("GET", `${path}/used`)).body.status.phase, "Active");
    assert.equal((await api.request("DELETE", path)).status, 405);
    await api.request("POST", `${templatesPath.replace("default", "tried")}?dryRun=All`, { body: templateNamed("t") });
    assert.equal((await api.request("GET", `${path}/tried`)).status, 404);
  });

  test("are made by protobuf, as Go's typed clients make them", async () => {
    // Namespace of k8s.io/api/core/v1/generated.proto: metadata with the name "typed", an empty spec, an empty status.
    const message = Buffer.from("0a070a05747970656412001a00", "hex");
    const envelope = Buffer.from("6b3873000a0f0a02763112094e616d657370616365", "hex");
    const body = Buffer.concat([envelope, Buffer.from([0x12, message.length]), message]);
    const headers = { authorization: `Bearer ${api.token}`, "content-type": "application/vnd.kubernetes.protobuf" };
    const made = await fetch(`${api.url}${path}`, { method: "POST", headers, body });
    assert.deepEqual([made.status, (await made.json()).metadata.name], [201, "typed"]);
  });

  test("are watched: all there are, or what began after a list", { timeout: 30_000 }, async () => {
    const query = "watch=True&timeoutSeconds=1&fieldSelector=metadata.name%3Ddefault";
    const { type, object } = (await api.request("GET", `${path}?${query}`)).body;
    assert.deepEqual([type, object.kind, object.metadata.name], ["ADDED", "Namespace", "default"]);
    const { resourceVersion } = (await api.request("GET", path)).body.metadata;
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${api.token}` };
    const watch = `${api.url}${path}?watch=1&resourceVersion=${resourceVersion}`;
    const { body } = await fetch(watch, { headers, signal: stop.signal });
    await makeIn("n3");
    const lines = body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    const event = JSON.parse((await lines?.next())?.value ?? "");
    assert.deepEqual([event.type, event.object.metadata.name], ["ADDED", "n3"]);
    stop.abort();
  });
});
