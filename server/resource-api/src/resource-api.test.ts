// The resource API over HTTP, request by request: one server and one list of what it answers, so one long file.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "@neverland/api";
import {
  type ApiServer,
  hardwareNamed,
  hardwarePath,
  startApiServer,
  templateNamed,
  templatesPath,
} from "./testing/api-server.ts";

const merge = { "content-type": "application/merge-patch+json" };
const apply = { "content-type": "application/apply-patch+yaml" };

describe("the resource API", () => {
  let api: ApiServer;
  before(async () => {
    api = await startApiServer({ limits: { bodyBytes: 100_000 } });
  });
  after(() => api.close());
  const make = (name: string, data = "x", metadata = {}) =>
    api.request("POST", templatesPath, { body: templateNamed(name, data, metadata) });

  test("wants the token, by bearer or as basic password, but for health", async () => {
    for (const authorization of ["", "Bearer wrong", "Bearer", `Token ${api.token}`, "Basic eDp5"]) {
      const { status, body, headers } = await api.request("GET", "/apis", { headers: { authorization } });
      assert.deepEqual([status, body.reason, headers.get("www-authenticate")], [401, "Unauthorized", "Bearer"]);
    }
    const basic = `Basic ${Buffer.from(`any:${api.token}`).toString("base64")}`;
    assert.equal((await api.request("GET", "/apis", { headers: { authorization: basic } })).status, 200);
    for (const path of ["/healthz", "/livez", "/readyz"])
      assert.equal((await api.request("GET", path, { headers: { authorization: "" } })).body, "ok");
  });

  test("is discovered from group to resource", async () => {
    const groups = (await api.request("GET", "/apis")).body.groups;
    assert.deepEqual(
      groups.map((group: { name: string }) => group.name),
      [
        "tinkerbell.org",
        "metal.neverland.dev",
        "bmc.tinkerbell.org",
        "coordination.k8s.io",
        "authorization.k8s.io",
        "authentication.k8s.io",
      ],
    );
    assert.equal((await api.request("GET", "/apis/tinkerbell.org")).body.preferredVersion.version, "v1alpha1");
    const { resources } = (await api.request("GET", "/apis/tinkerbell.org/v1alpha1")).body;
    const names = resources.map((resource: { name: string }) => resource.name);
    assert.deepEqual(names, [
      "hardware",
      "hardware/status",
      "templates",
      "templates/status",
      "workflows",
      "workflows/status",
      "workflows/log",
      "workflowrulesets",
      "workflowrulesets/status",
    ]);
    assert.equal((await api.request("GET", "/apis/none.org")).status, 404);
    assert.equal((await api.request("GET", "/apis/tinkerbell.org/v1alpha1/nothings")).body.reason, "NotFound");
    assert.equal((await api.request("GET", "/api/v1/pods")).status, 404);
  });

  test("describes its kinds as OpenAPI 2 and 3", async () => {
    const { definitions } = (await api.request("GET", "/openapi/v2")).body;
    const hardware = definitions["org.tinkerbell.v1alpha1.Hardware"];
    assert.deepEqual(hardware["x-kubernetes-group-version-kind"], [
      { group: "tinkerbell.org", version: "v1alpha1", kind: "Hardware" },
    ]);
    assert.equal(hardware.properties.spec.properties.interfaces.items.properties.dhcp.properties.mac.type, "string");
    const { paths } = (await api.request("GET", "/openapi/v3")).body;
    const third = await api.request("GET", paths["apis/tinkerbell.org/v1alpha1"].serverRelativeURL);
    assert.ok(third.body.components.schemas["org.tinkerbell.v1alpha1.Workflow"]);
  });

  test("creates, reads, replaces and deletes", async () => {
    const made = await make("crud", "one");
    assert.deepEqual([made.status, made.body.metadata.generation], [201, 1]);
    const path = `${templatesPath}/crud`;
    assert.deepEqual((await api.request("GET", path)).body, made.body);
    const put = await api.request("PUT", path, { body: { ...made.body, spec: { data: "two" } } });
    assert.deepEqual([put.status, put.body.spec.data, put.body.metadata.generation], [200, "two", 2]);
    const late = await api.request("PUT", path, { body: { ...made.body, spec: { data: "three" } } });
    assert.deepEqual([late.status, late.body.reason], [409, "Conflict"]);
    assert.match(
      late.body.message,
      /^Operation cannot be fulfilled on templates\.tinkerbell\.org "crud": the object has been modified/,
    );
    const gone = await api.request("DELETE", path);
    assert.deepEqual([gone.status, gone.body.status, gone.body.details.uid], [200, "Success", made.body.metadata.uid]);
    const missing = await api.request("GET", path);
    assert.equal(missing.body.message, 'templates.tinkerbell.org "crud" not found');
    assert.deepEqual(missing.body.details, { name: "crud", group: "tinkerbell.org", kind: "templates" });
  });

  test("a name that is taken already exists", async () => {
    await make("taken");
    const { status, body } = await make("taken");
    assert.deepEqual(
      [status, body.reason, body.message],
      [409, "AlreadyExists", 'templates.tinkerbell.org "taken" already exists'],
    );
  });

  test("a PUT without a version is invalid", async () => {
    await make("blind");
    const { status, body } = await api.request("PUT", `${templatesPath}/blind`, { body: templateNamed("blind") });
    assert.deepEqual([status, body.details.causes[0].field], [422, "metadata.resourceVersion"]);
  });

  test("completes a generated name", async () => {
    const body = { ...templateNamed(""), metadata: { generateName: "run-" } };
    const made = await api.request("POST", templatesPath, { body });
    assert.match(made.body.metadata.name, /^run-[b-z2-9]{5}$/);
  });

  test("a dry run answers as if, and writes nothing", async () => {
    const made = await api.request("POST", `${templatesPath}?dryRun=All`, { body: templateNamed("dry") });
    assert.deepEqual([made.status, made.body.metadata.name], [201, "dry"]);
    assert.equal((await api.request("GET", `${templatesPath}/dry`)).status, 404);
    await make("dry");
    const path = `${templatesPath}/dry`;
    const patched = await api.request("PATCH", `${path}?dryRun=All`, { body: { spec: { data: "y" } }, headers: merge });
    assert.equal(patched.body.spec.data, "y");
    await api.request("DELETE", `${path}?dryRun=All`);
    assert.equal((await api.request("GET", path)).body.spec.data, "x");
    assert.equal((await api.request("DELETE", `${path}?dryRun=Some`)).status, 422);
    const hardware = hardwareNamed("dry", "52:54:00:00:0d:01", "10.9.9.1");
    await api.request("POST", `${hardwarePath}?dryRun=All`, { body: hardware });
    assert.equal(
      (await api.request("POST", hardwarePath, { body: { ...hardware, metadata: { name: "wet" } } })).status,
      201,
    );
  });

  test("faults of a spec name each field", async () => {
    const spec = { interfaces: [{ dhcp: { mac: "AA:BB:CC:DD:EE:FF", lease_time: "1h" } }], later: true };
    const body = { ...hardwareNamed("bad", "", ""), spec };
    const { status, body: answer } = await api.request("POST", hardwarePath, { body });
    assert.equal(status, 422);
    assert.equal(answer.details.kind, "Hardware");
    assert.deepEqual(
      answer.details.causes.map((cause: { reason: string; field: string }) => [cause.field, cause.reason]),
      [
        ["spec.interfaces[0].dhcp.mac", "FieldValueInvalid"],
        ["spec.interfaces[0].dhcp.lease_time", "FieldValueTypeInvalid"],
      ],
    );
    assert.match(
      answer.message,
      /^Hardware\.tinkerbell\.org "bad" is invalid: \[spec\.interfaces\[0\]\.dhcp\.mac: Invalid value: "AA:BB/,
    );
  });

  test("names, labels and metadata are checked", async () => {
    for (const metadata of [
      { name: "Upper" },
      { name: "a", labels: { "not a key": "x" } },
      { name: "a", labels: { a: 1 } },
      { name: "" },
    ]) {
      const { status } = await api.request("POST", templatesPath, { body: { ...templateNamed("a"), metadata } });
      assert.equal(status, 422);
    }
  });

  test("what the URL says must be what the body says", async () => {
    const other = { ...templateNamed("a"), metadata: { name: "a", namespace: "other" } };
    assert.equal((await api.request("POST", templatesPath, { body: other })).status, 400);
    assert.equal(
      (await api.request("POST", templatesPath, { body: hardwareNamed("a", "52:54:00:00:00:77", "10.1.1.1") })).status,
      400,
    );
    await make("url");
    const renamed = { ...templateNamed("b"), metadata: { name: "b", resourceVersion: "1" } };
    assert.equal((await api.request("PUT", `${templatesPath}/url`, { body: renamed })).status, 400);
  });

  test("refuses what it cannot read, in Kubernetes' words", async () => {
    const post = (options: object) => api.request("POST", templatesPath, options);
    assert.equal((await post({ body: "{" })).body.reason, "BadRequest");
    assert.equal((await post({ body: "[1]" })).status, 400);
    assert.equal((await post({ body: `${"[".repeat(1000)}${"]".repeat(1000)}` })).status, 400);
    assert.equal((await post({ body: "x".repeat(200_000) })).body.reason, "RequestEntityTooLarge");
    assert.equal(
      (await post({ body: "a", headers: { "content-type": "text/plain" } })).body.reason,
      "UnsupportedMediaType",
    );
    assert.equal(
      (await api.request("GET", templatesPath, { headers: { accept: "text/html" } })).body.reason,
      "NotAcceptable",
    );
    assert.equal((await api.request("PUT", templatesPath, { body: {} })).body.reason, "MethodNotAllowed");
    assert.equal((await api.request("GET", `${templatesPath}?limit=some`)).status, 400);
    assert.equal((await api.request("GET", `${templatesPath}?labelSelector=a%20b`)).status, 400);
    assert.equal((await api.request("GET", `${templatesPath}/%ff`)).status, 400);
  });

  test("YAML is read as well as JSON", async () => {
    const body = "apiVersion: tinkerbell.org/v1alpha1\nkind: Template\nmetadata: {name: yaml}\n";
    assert.equal(
      (await api.request("POST", templatesPath, { body, headers: { "content-type": "application/yaml" } })).status,
      201,
    );
  });

  test("status is written by its subresource alone, and spec not by it", async () => {
    const made = await api.request("POST", templatesPath, {
      body: { ...templateNamed("st"), status: { state: "Ready" } },
    });
    assert.equal(made.body.status, undefined);
    const path = `${templatesPath}/st`;
    const next = { ...made.body, spec: { data: "no" }, status: { state: "Ready" } };
    const put = await api.request("PUT", `${path}/status`, { body: next });
    assert.deepEqual([put.body.spec.data, put.body.status.state], ["x", "Ready"]);
    const patched = await api.request("PATCH", `${path}/status`, {
      body: { status: { state: "Error" } },
      headers: merge,
    });
    assert.equal(patched.body.status.state, "Error");
    await api.request("PATCH", path, { body: { status: { state: "Ready" } }, headers: merge });
    assert.equal((await api.request("GET", `${path}/status`)).body.status.state, "Error");
    const bad = await api.request("PATCH", `${path}/status`, { body: { status: { state: "Odd" } }, headers: merge });
    assert.deepEqual([bad.status, bad.body.details.causes[0].reason], [422, "FieldValueNotSupported"]);
  });

  test("patches by merge and by JSON patch; strategic merge is unsupported", async () => {
    await make("patch", "one", { labels: { a: "1", b: "2" } });
    const path = `${templatesPath}/patch`;
    const merged = await api.request("PATCH", path, { body: { metadata: { labels: { a: null } } }, headers: merge });
    assert.deepEqual(merged.body.metadata.labels, { b: "2" });
    const json = { "content-type": "application/json-patch+json" };
    const patched = await api.request("PATCH", path, {
      body: [{ op: "replace", path: "/spec/data", value: "two" }],
      headers: json,
    });
    assert.equal(patched.body.spec.data, "two");
    assert.equal(
      (await api.request("PATCH", path, { body: [{ op: "test", path: "/spec/data", value: "one" }], headers: json }))
        .status,
      422,
    );
    const strategic = { "content-type": "application/strategic-merge-patch+json" };
    assert.equal((await api.request("PATCH", path, { body: {}, headers: strategic })).status, 415);
    const pinned = { metadata: { resourceVersion: merged.body.metadata.resourceVersion }, spec: { data: "late" } };
    assert.equal((await api.request("PATCH", path, { body: pinned, headers: merge })).status, 409);
  });

  test("many patches of one object at once all count", async () => {
    await make("busy");
    const patches = Array.from({ length: 6 }, (_, index) =>
      api.request("PATCH", `${templatesPath}/busy`, {
        body: { metadata: { annotations: { [`n${index}`]: "1" } } },
        headers: merge,
      }),
    );
    assert.deepEqual(new Set((await Promise.all(patches)).map((answer) => answer.status)), new Set([200]));
    const { body } = await api.request("GET", `${templatesPath}/busy`);
    assert.equal(Object.keys(body.metadata.annotations).length, 6);
  });

  test("server-side apply creates, refuses conflicts with their causes, and forces", async () => {
    const path = `${templatesPath}/applied`;
    const body = templateNamed("applied", "one");
    assert.equal((await api.request("PATCH", path, { body, headers: apply })).status, 422);
    assert.equal((await api.request("PATCH", `${path}?fieldManager=ann`, { body, headers: apply })).status, 201);
    assert.equal((await api.request("PATCH", `${path}?fieldManager=ann`, { body, headers: apply })).status, 200);
    const other = { ...body, spec: { data: "two" } };
    const refused = await api.request("PATCH", `${path}?fieldManager=bob`, { body: other, headers: apply });
    assert.equal(refused.status, 409);
    assert.deepEqual(refused.body.details.causes, [
      {
        reason: "FieldManagerConflict",
        message: 'conflict with "ann" using tinkerbell.org/v1alpha1',
        field: ".spec.data",
      },
    ]);
    const forced = await api.request("PATCH", `${path}?fieldManager=bob&force=true`, { body: other, headers: apply });
    assert.deepEqual(
      forced.body.metadata.managedFields.map((entry: { manager: string; operation: string }) => [
        entry.manager,
        entry.operation,
      ]),
      [["bob", "Apply"]],
    );
  });

  test("an apply that changes nothing writes nothing", async () => {
    const path = `${templatesPath}/still?fieldManager=ann`;
    const first = await api.request("PATCH", path, { body: templateNamed("still"), headers: apply });
    const second = await api.request("PATCH", path, { body: templateNamed("still"), headers: apply });
    assert.equal(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
  });

  test("no two Hardware have one MAC, IP or agent id", async () => {
    const first = { ...hardwareNamed("id1", "52:54:00:00:01:01", "10.0.1.1") };
    assert.equal((await api.request("POST", hardwarePath, { body: first })).status, 201);
    const second = hardwareNamed("id2", "52:54:00:00:01:01", "10.0.1.1");
    const refused = await api.request("POST", hardwarePath.replace("default", "other"), { body: second });
    assert.equal(refused.status, 422);
    assert.deepEqual(
      refused.body.details.causes.map((cause: { field: string; message: string }) => [cause.field, cause.message]),
      [
        [
          "spec.interfaces[0].dhcp.mac",
          'Duplicate value: "52:54:00:00:01:01": Hardware default/id1 has it already; change or delete that, or give this one another',
        ],
        [
          "spec.interfaces[0].dhcp.ip.address",
          'Duplicate value: "10.0.1.1": Hardware default/id1 has it already; change or delete that, or give this one another',
        ],
      ],
    );
    const own = await api.request("PATCH", `${hardwarePath}/id1`, {
      body: { spec: { agentID: "one" } },
      headers: merge,
    });
    assert.equal(own.status, 200);
    await api.request("DELETE", `${hardwarePath}/id1`);
    assert.equal((await api.request("POST", hardwarePath, { body: second })).status, 201);
  });

  test("of many creates of one MAC at once one succeeds", async () => {
    const tries = Array.from({ length: 5 }, (_, index) =>
      api.request("POST", hardwarePath, {
        body: hardwareNamed(`race${index}`, "52:54:00:00:02:01", `10.0.2.${index}`),
      }),
    );
    const codes = (await Promise.all(tries)).map((answer) => answer.status).toSorted();
    assert.deepEqual(codes, [201, 422, 422, 422, 422]);
  });

  test("what goes by its age alone is not deleted, and discovery says so", async () => {
    const root = "/apis/metal.neverland.dev/v1alpha1";
    const { resources } = (await api.request("GET", root)).body;
    const verbs = Object.fromEntries(
      resources.map((resource: { name: string; verbs: string[] }) => [resource.name, resource.verbs]),
    );
    assert.deepEqual(verbs.machineevents, ["create", "get", "list", "watch"]);
    assert.deepEqual(verbs.actionreports, ["create", "delete", "deletecollection", "get", "list", "watch"]);
    for (const path of ["machineevents/e0", "machineevents"]) {
      const { status, body } = await api.request("DELETE", `${root}/namespaces/default/${path}`);
      assert.equal(status, 405);
      assert.equal(
        body.message,
        "machineevents.metal.neverland.dev cannot be deleted: each is kept until its time is over, and then goes by itself",
      );
    }
  });

  test("records are created and read, never changed", async () => {
    const path = "/apis/metal.neverland.dev/v1alpha1/namespaces/default/machineevents";
    const spec = {
      source: "boots/dhcp",
      type: "DhcpOffer",
      message: "offered",
      time: "2026-01-01T00:00:00.000Z",
      hardware: "m9",
    };
    const body = { apiVersion: "metal.neverland.dev/v1alpha1", kind: "MachineEvent", metadata: { name: "e1" }, spec };
    assert.equal((await api.request("POST", path, { body })).status, 201);
    assert.equal(
      (await api.request("PATCH", `${path}/e1`, { body: { spec: { message: "no" } }, headers: merge })).status,
      405,
    );
    assert.equal((await api.request("PUT", `${path}/e1`, { body })).status, 405);
    assert.equal((await api.request("GET", `${path}/e1/status`)).status, 404);
    const found = await api.request("GET", `${path}?fieldSelector=spec.hardware%3Dm9`);
    assert.equal(found.body.items.length, 1);
    const events = await api.request(
      "GET",
      "/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DHardware,involvedObject.name%3Dm9",
    );
    const [event] = events.body.items;
    assert.deepEqual([event.type, event.reason, event.message], ["Normal", "DhcpOffer", "offered"]);
    assert.deepEqual(event.involvedObject, { kind: "Hardware", name: "m9", namespace: "default" });
    const others = await api.request(
      "GET",
      "/api/v1/events?fieldSelector=involvedObject.kind%3DWorkflow,involvedObject.name%3Dm9",
    );
    assert.deepEqual(others.body.items, []);
    const watch = "/api/v1/events?fieldSelector=involvedObject.name%3Dm9&watch=1&timeoutSeconds=1";
    assert.deepEqual((await api.request("GET", watch)).body, { type: "ADDED", object: event });
    assert.equal((await api.request("POST", "/api/v1/namespaces/default/events", { body: {} })).status >= 400, true);
  });

  for (const [what, of] of [
    ["its spec", (text: string) => ({ spec: { message: text } })],
    ["fields that nobody knows", (text: string) => ({ spec: { noise: [text] } })],
    ["annotations", (text: string) => ({ metadata: { annotations: { note: text } } })],
  ] as const)
    test(`a posted event of more than 16 KiB is refused, whether by ${what}`, async () => {
      const path = "/apis/metal.neverland.dev/v1alpha1/namespaces/default/machineevents";
      const post = (name: string, letters: number) => {
        const more: { spec?: object; metadata?: object } = of("é".repeat(letters / 2));
        const spec = {
          source: "lab",
          type: "PoweredOn",
          message: "on",
          time: "2026-01-01T00:00:00.000Z",
          ...more.spec,
        };
        const metadata = { name, ...more.metadata };
        const body = { apiVersion: "metal.neverland.dev/v1alpha1", kind: "MachineEvent", metadata, spec };
        return api.request("POST", path, { body });
      };
      assert.equal((await post(`short-${what.length}`, 15_000)).status, 201);
      const { status, body } = await post("long", 16_384);
      assert.deepEqual([status, body.details.causes[0].reason], [422, "FieldValueTooLong"]);
      assert.match(body.message, /must be at most 16384 bytes of JSON, and is 16\d\d\d/);
      assert.equal((await api.request("GET", `${path}/long`)).status, 404);
    });

  test("an object with finalizers is marked, can lose them only, and then goes", async () => {
    await make("held", "x", { finalizers: ["x/hold"] });
    const path = `${templatesPath}/held`;
    const marked = await api.request("DELETE", path);
    assert.match(marked.body.metadata.deletionTimestamp, /Z$/);
    const more = await api.request("PATCH", path, {
      body: { metadata: { finalizers: ["x/hold", "y/more"] } },
      headers: merge,
    });
    assert.equal(more.body.details.causes[0].reason, "FieldValueForbidden");
    assert.equal(
      (await api.request("PATCH", path, { body: { metadata: { finalizers: null } }, headers: merge })).status,
      200,
    );
    assert.equal((await api.request("GET", path)).status, 404);
  });

  test("preconditions of a delete are kept", async () => {
    await make("pre");
    const path = `${templatesPath}/pre`;
    const { status, body } = await api.request("DELETE", path, { body: { preconditions: { uid: "another" } } });
    assert.deepEqual([status, body.reason], [409, "Conflict"]);
    assert.equal((await api.request("DELETE", path, { body: { propagationPolicy: "Sideways" } })).status, 422);
  });

  test("a selection is deleted at once", async () => {
    for (const name of ["del1", "del2", "keep1"]) await make(name, "x", { labels: { set: name.slice(0, 3) } });
    const gone = await api.request("DELETE", `${templatesPath}?labelSelector=set%3Ddel`);
    assert.equal(gone.body.items.length, 2);
    assert.equal((await api.request("GET", `${templatesPath}?labelSelector=set`)).body.items.length, 1);
  });

  test("lists in pages, as Table and as metadata alone", async () => {
    const path = templatesPath.replace("default", "pages");
    for (const name of ["a", "b", "c"]) await api.request("POST", path, { body: templateNamed(name) });
    const first = await api.request("GET", `${path}?limit=2`);
    assert.deepEqual([first.body.items.length, first.body.metadata.remainingItemCount], [2, 1]);
    const rest = await api.request("GET", `${path}?limit=2&continue=${first.body.metadata.continue}`);
    assert.deepEqual([rest.body.items.length, rest.body.metadata.continue], [1, undefined]);
    const expired = await api.request("GET", `${path}?continue=bm8`);
    assert.deepEqual([expired.status, expired.body.reason], [410, "Expired"]);
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const table = await api.request("GET", path, { headers: { accept } });
    assert.deepEqual([table.body.kind, table.body.rows[0].object.kind], ["Table", "PartialObjectMetadata"]);
    const partial = { accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io" };
    const metadata = await api.request("GET", path, { headers: partial });
    assert.deepEqual([metadata.body.kind, metadata.body.items[0].spec], ["PartialObjectMetadataList", undefined]);
    const all = await api.request(
      "GET",
      "/apis/tinkerbell.org/v1alpha1/templates?fieldSelector=metadata.namespace%3Dpages",
    );
    assert.equal(all.body.items.length, 3);
  });

  test("a workflow's log without a port for it is unavailable", async () => {
    const workflows = "/apis/tinkerbell.org/v1alpha1/namespaces/default/workflows";
    assert.equal((await api.request("GET", `${workflows}/none/log`)).status, 404);
    const body = { apiVersion: "tinkerbell.org/v1alpha1", kind: kinds.Workflow.kind, metadata: { name: "w" } };
    await api.request("POST", workflows, { body });
    assert.equal((await api.request("GET", `${workflows}/w/log`)).status, 503);
  });
});

test("readiness is what composition says, liveness is not", async (t) => {
  let reason: string | undefined = "Starting: nothing listens yet";
  const api = await startApiServer({ notReadyReason: () => reason });
  t.after(() => api.close());
  const ask = async (path: string) => {
    const { status, body } = await api.request("GET", path, { headers: { authorization: "" } });
    return [status, body];
  };
  assert.deepEqual(
    [await ask("/readyz"), await ask("/livez")],
    [
      [503, reason],
      [200, "ok"],
    ],
  );
  reason = undefined;
  assert.deepEqual(await ask("/readyz"), [200, "ok"]);
});

test("a workflow's log is passed on as it comes", async (t) => {
  const asked: unknown[] = [];
  const actionLogs = {
    hasDeleted: () => false,
    async *read(key: object, { signal: _, ...query }: object & { signal: AbortSignal }) {
      asked.push(key, query);
      yield "one\n";
      yield "two\n";
    },
  };
  const api = await startApiServer({ actionLogs });
  t.after(() => api.close());
  const workflows = "/apis/tinkerbell.org/v1alpha1/namespaces/default/workflows";
  await api.request("POST", workflows, { body: { metadata: { name: "w" } } });
  const { body, headers } = await api.request("GET", `${workflows}/w/log?action=a1&tailLines=5`);
  assert.deepEqual([body, headers.get("content-type")], ["one\ntwo\n", "text/plain; charset=utf-8"]);
  assert.deepEqual(asked, [
    { namespace: "default", name: "w" },
    { follow: false, action: "a1", tailLines: 5 },
  ]);
});

test("the longest name that is allowed can be created, read and deleted", async (t) => {
  const api = await startApiServer();
  t.after(() => api.close());
  const name = `${"a".repeat(251)}.b`;
  assert.equal((await api.request("POST", templatesPath, { body: templateNamed(name) })).status, 201);
  assert.equal((await api.request("GET", `${templatesPath}/${name}/status`)).status, 200);
  assert.equal((await api.request("DELETE", `${templatesPath}/${name}`)).status, 200);
  assert.equal((await api.request("POST", templatesPath, { body: templateNamed(`${name}c`) })).status, 422);
});

test("a write whose query asks for rows that there are none of is refused before it is done", async (t) => {
  const api = await startApiServer();
  t.after(() => api.close());
  const { status } = await api.request("POST", `${templatesPath}?includeObject=x`, { body: templateNamed("a") });
  assert.equal(status, 400);
  assert.equal((await api.request("GET", `${templatesPath}/a`)).status, 404);
});
