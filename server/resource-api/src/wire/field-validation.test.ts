// Fields that a kind does not have: warned of, refused or passed over, as the client asks, whichever way they are sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiServer, hardwareNamed, hardwarePath, startApiServer } from "../testing/api-server.ts";

let api: ApiServer;
before(async () => {
  api = await startApiServer();
});
after(() => api.close());

const odd = (name: string, last: number) => {
  const base = hardwareNamed(name, `52:54:00:00:01:0${last}`, `10.1.0.${last}`);
  const [card] = base.spec.interfaces;
  const dhcp = { ...card?.dhcp, hostnme: "typo" };
  return {
    ...base,
    metadata: { ...base.metadata, lables: {} },
    spec: { interfaces: [{ dhcp, netbot: {} }], 'böse\n"x\\': 1, resources: { anything: "goes" } },
    extra: true,
  };
};
const apply = { "content-type": "application/apply-patch+yaml" };
const merge = { "content-type": "application/merge-patch+json" };

test("each is a warning, and the object is written", async () => {
  const { status, headers, body } = await api.request("POST", hardwarePath, { body: odd("m1", 1) });
  assert.equal(status, 201);
  assert.equal(
    headers.get("warning"),
    [
      String.raw`299 - "unknown field \"metadata.lables\"; did you mean \"labels\"?"`,
      String.raw`299 - "unknown field \"spec.interfaces[0].dhcp.hostnme\"; did you mean \"hostname\"?"`,
      String.raw`299 - "unknown field \"spec.interfaces[0].netbot\"; did you mean \"netboot\"?"`,
      String.raw`299 - "unknown field \"spec.b\\u00f6se \"x\\\""`,
      String.raw`299 - "unknown field \"extra\""`,
    ].join(", "),
  );
  assert.equal(body.spec.interfaces[0].dhcp.hostnme, "typo");
});

for (const [how, send] of [
  [
    "PUT",
    async (query: string) => {
      const { body } = await api.request("GET", `${hardwarePath}/m1`);
      return await api.request("PUT", `${hardwarePath}/m1${query}`, { body });
    },
  ],
  [
    "apply",
    (query: string) =>
      api.request("PATCH", `${hardwarePath}/m2${query}&fieldManager=a`, { body: odd("m2", 2), headers: apply }),
  ],
  [
    "merge patch",
    (query: string) =>
      api.request("PATCH", `${hardwarePath}/m1${query}`, { body: { spec: { fancy: 1 } }, headers: merge }),
  ],
] as const)
  test(`${how} warns by default, is silent when asked to, and is refused in Strict`, async () => {
    assert.match((await send("?")).headers.get("warning") ?? "", /^299 - "unknown field /);
    assert.equal((await send("?fieldValidation=Ignore")).headers.get("warning"), null);
    const { status, body } = await send("?fieldValidation=Strict");
    assert.deepEqual([status, body.reason], [400, "BadRequest"]);
    assert.match(
      body.message,
      /^Hardware in version "tinkerbell.org\/v1alpha1" cannot be handled as a Hardware: strict decoding error: unknown field "/,
    );
  });

test("what the operations of a JSON patch write is looked at as well, and nothing else of them", async () => {
  const headers = { "content-type": "application/json-patch+json" };
  const patch = (body: object[], query = "") => api.request("PATCH", `${hardwarePath}/m1${query}`, { body, headers });
  const card = { dhcp: { mac: "52:54:00:00:01:0a" }, netbot: {} };
  const wrong = [
    { op: "add", path: "/spec/interfaces/-", value: card },
    { op: "add", path: "/spec/fancy", value: 1 },
    { op: "add", path: "/metadata/labels", value: { "a.b/c": "1" } },
  ];
  const said =
    '299 - "unknown field \\"spec.interfaces[0].netbot\\"; did you mean \\"netboot\\"?", 299 - "unknown field \\"spec.fancy\\""';
  assert.equal((await patch(wrong, "?fieldValidation=Strict")).status, 400);
  assert.equal((await patch(wrong)).headers.get("warning"), said);
  const right = [
    { op: "test", path: "/spec/fancy", value: 1 },
    { op: "remove", path: "/spec/fancy" },
    { op: "replace", path: "/metadata/labels/a.b~1c", value: "2" },
    { op: "replace", path: "/spec/interfaces/1/dhcp/mac", value: "52:54:00:00:01:0b" },
  ];
  const { status, headers: answered } = await patch(right, "?fieldValidation=Strict");
  assert.deepEqual([status, answered.get("warning")], [200, null]);
});

test("what a kind has is no unknown field, in whichever form: no example is warned of", async () => {
  const { headers } = await api.request("POST", hardwarePath, {
    body: hardwareNamed("m3", "52:54:00:00:01:03", "10.1.0.3"),
  });
  assert.equal(headers.get("warning"), null);
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { anything: "goes" } };
  assert.equal(
    (await api.request("POST", "/api/v1/namespaces/default/secrets", { body: secret })).headers.get("warning"),
    null,
  );
});

test("of unknown fields with long names only some are named, which leaves an answer that each client reads, and the rest is counted", async () => {
  // Six bytes for each letter beyond ASCII: all of them would be more headers than Node and undici read.
  const names = Array.from({ length: 15 }, (_, at) => `${at + 10}${"\u00e4".repeat(250)}`);
  const base = hardwareNamed("many", "52:54:00:00:01:0c", "10.1.0.12");
  const body = { ...base, spec: { ...base.spec, ...Object.fromEntries(names.map((name) => [name, 1])) } };
  const { status, headers } = await api.request("POST", `${hardwarePath}?dryRun=All`, { body });
  assert.equal(status, 201);
  const warning = headers.get("warning") ?? "";
  assert.match(warning, /^299 - "unknown field .*", 299 - "unknown field .*", 299 - "and at least 13 more"$/);
  assert.equal(warning.split(", ").length, 3);
  assert.ok(warning.length < 4200);
});

test("where there are more than are named, that is said", async () => {
  const base = hardwareNamed("more", "52:54:00:00:01:0d", "10.1.0.13");
  const names = Array.from({ length: 30 }, (_, at) => [`odd${at + 10}`, 1]);
  const body = { ...base, spec: { ...base.spec, ...Object.fromEntries(names) } };
  const warned = await api.request("POST", `${hardwarePath}?dryRun=All&fieldValidation=Warn`, { body });
  assert.match(warned.headers.get("warning") ?? "", /odd29\\?"", 299 - "and at least 1 more"$/);
  const refused = await api.request("POST", `${hardwarePath}?dryRun=All&fieldValidation=Strict`, { body });
  assert.match(refused.body.message, /unknown field "spec\.odd29", and more$/);
});

test("another word for it is refused", async () => {
  const { status } = await api.request("POST", `${hardwarePath}?fieldValidation=Loud`, { body: odd("m4", 4) });
  assert.equal(status, 422);
});

test("a value that DHCP cannot tell the machine is taken, in a patch too, with a word on what becomes of it", async () => {
  const base = hardwareNamed("m6", "52:54:00:00:01:06", "10.1.0.6");
  assert.equal((await api.request("POST", hardwarePath, { body: base })).headers.get("warning"), null);
  const dhcp = { mac: "52:54:00:00:01:06", ip: { address: "10.1.0.6" }, name_servers: ["2001:db8::53"] };
  const spec = { interfaces: [{ dhcp }] };
  const { status, headers } = await api.request("PATCH", `${hardwarePath}/m6`, {
    body: { spec },
    headers: { "content-type": "application/merge-patch+json" },
  });
  assert.equal(status, 200);
  assert.match(
    headers.get("warning") ?? "",
    /^299 - "spec\.interfaces\[0\]\.dhcp\.name_servers\[0\]: \\"2001:db8::53\\" is no IPv4/,
  );
});

test("a name with a line end is taken, also in Strict, with a word on what becomes of it", async () => {
  const base = hardwareNamed("m5", "52:54:00:00:01:05", "10.1.0.5");
  const [card] = base.spec.interfaces;
  const spec = { interfaces: [{ dhcp: { ...card?.dhcp, hostname: "web1\n" } }] };
  const { status, headers } = await api.request("POST", `${hardwarePath}?fieldValidation=Strict`, {
    body: { ...base, spec },
  });
  assert.equal(status, 201);
  assert.match(
    headers.get("warning") ?? "",
    /^299 - "spec\.interfaces\[0\]\.dhcp\.hostname: machines are told it as one line/,
  );
});

const twice = `{"apiVersion":"tinkerbell.org/v1alpha1","kind":"Hardware","metadata":{"name":"m7"},
  "spec":{"resources":{"a,{\\"b":1,"a,{\\u0022b":2},"interfaces":[{},{"dhcp":{"mac":"52:54:00:00:01:17","mac" : "52:54:00:00:01:07"}}],"vendorData":"\\\\","userData":"\\"mac\\": 1, \\"mac\\": 2"}}`;
const saidTwice = `duplicate field "spec.resources.a,{"b", duplicate field "spec.interfaces[1].dhcp.mac"`;

test("a member that the body has twice is refused in Strict, is a warning by default, and nothing when that is asked for", async () => {
  const post = (query: string) => api.request("POST", `${hardwarePath}?dryRun=All${query}`, { body: twice });
  const refused = await post("&fieldValidation=Strict");
  assert.deepEqual([refused.status, refused.body.reason], [400, "BadRequest"]);
  assert.equal(
    refused.body.message,
    `Hardware in version "tinkerbell.org/v1alpha1" cannot be handled as a Hardware: strict decoding error: ${saidTwice}`,
  );
  const warned = await post("");
  assert.equal(warned.status, 201, warned.body.message);
  assert.equal(
    warned.headers.get("warning"),
    saidTwice
      .split(/, (?=dup)/)
      .map((text) => `299 - "${text.replaceAll('"', '\\"')}"`)
      .join(", "),
  );
  assert.equal((await post("&fieldValidation=Ignore")).headers.get("warning"), null);
});

test("a patch is looked at in the same way", async () => {
  const patch = (body: string, headers: Record<string, string>) =>
    api.request("PATCH", `${hardwarePath}/m1?fieldValidation=Strict`, { body, headers });
  assert.match(
    (await patch('{"spec":{"userData":"a","userData":"b"}}', merge)).body.message,
    /duplicate field "spec\.userData"$/,
  );
  const json = { "content-type": "application/json-patch+json" };
  assert.match(
    (
      await patch(
        '[{"op":"test","path":"/kind","value":"x"},{"op":"add","op":"add","path":"/spec/userData","value":""}]',
        json,
      )
    ).body.message,
    /duplicate field "\[1\]\.op"$/,
  );
});

test("a rule set is taken, with a word that nothing acts on it", async () => {
  const body = {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "WorkflowRuleSet",
    metadata: { name: "all" },
    spec: { rules: ['{"mac": [{"prefix": "52:54"}]}'], workflow: { template: { ref: "debian" } } },
  };
  const path = hardwarePath.replace(/hardware$/, "workflowrulesets");
  const made = await api.request("POST", path, { body });
  assert.equal(made.status, 201);
  assert.equal(
    made.headers.get("warning"),
    '299 - "this server keeps a WorkflowRuleSet and does not act on it yet: make a Workflow for each machine"',
  );
  const wrong = { ...body, metadata: { name: "wrong" }, spec: { rules: [{ mac: "52:54" }] } };
  const refused = await api.request("POST", path, { body: wrong });
  assert.deepEqual([refused.status, refused.body.reason], [422, "Invalid"]);
});
