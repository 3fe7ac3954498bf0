// A Template that never renders is said where it is written: refused in Strict, as kubectl asks by default, a warning else.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { kinds } from "@neverland/api";
import { writeKubeconfig } from "@neverland/resource-api/access-files.ts";
import {
  type ApiServer,
  startApiServer,
  templateNamed,
  templatesPath,
} from "@neverland/resource-api/testing/api-server.ts";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import { lookAtTemplate } from "./look-at-template.ts";

const good = `version: "0.1"
name: t
global_timeout: 600
tasks:
  - name: t
    worker: "{{.device_1}}"
    actions:
      - name: a
        image: alpine
        timeout: 60
`;
const unclosed = good.replace("{{.device_1}}", "{{.device_1");
const misspelt = good.replace("actions:", "actons:");
const said = /line 6, column \d+ of the template: template: [\w-]*:6: /;

let api: ApiServer;
before(async () => {
  api = await startApiServer({ lookAtContent: (...what) => lookAtTemplate(...what), isSecure: true });
});
after(() => api.close());

const post = (name: string, data: string, query = "") =>
  api.request("POST", `${templatesPath}${query}`, { body: templateNamed(name, data) });

test("one that never renders is refused in Strict with its place, warned of by default, and silent when that is asked", async () => {
  for (const [name, data, place] of [
    ["unclosed", unclosed, said],
    ["misspelt", misspelt, /line 7, column 5 of the template: tasks\[0\]\.actons: unknown key actons .* mean actions/],
  ] as const) {
    const refused = await post(name, data, "?fieldValidation=Strict");
    assert.deepEqual([refused.status, refused.body.reason], [422, "Invalid"]);
    assert.equal(refused.body.details.causes[0].field, "spec.data");
    assert.match(refused.body.message, place);
    assert.equal((await post(`${name}-ignored`, data, "?fieldValidation=Ignore")).headers.get("warning"), null);
    const warned = await post(name, data);
    assert.equal(warned.status, 201);
    assert.match(warned.headers.get("warning") ?? "", place);
  }
  const { status, headers } = await post("good", good, "?fieldValidation=Strict");
  assert.deepEqual([status, headers.get("warning")], [201, null]);
});

test("whichever way it is written", async () => {
  const path = `${templatesPath}/good?fieldValidation=Strict`;
  const { body: stored } = await api.request("GET", `${templatesPath}/good`);
  const patch = (type: string, body: unknown) =>
    api.request("PATCH", `${path}&fieldManager=t`, { body, headers: { "content-type": `application/${type}` } });
  for (const { status, body } of [
    await api.request("PUT", path, { body: { ...stored, spec: { data: unclosed } } }),
    await patch("merge-patch+json", { spec: { data: unclosed } }),
    await patch("json-patch+json", [{ op: "replace", path: "/spec/data", value: unclosed }]),
    await patch("apply-patch+yaml", templateNamed("good", unclosed)),
  ]) {
    assert.equal(status, 422);
    assert.match(body.message, said);
  }
});

test("one that is stored can be changed otherwise, and its status", async () => {
  await api.request("POST", templatesPath, { body: templateNamed("old", unclosed) });
  const path = `${templatesPath}/old`;
  const { body: stored } = await api.request("GET", path);
  const labelled = { ...stored, metadata: { ...stored.metadata, labels: { a: "b" } } };
  const put = await api.request("PUT", `${path}?fieldValidation=Strict`, { body: labelled });
  assert.equal(put.status, 200, put.body.message);
  assert.match(put.headers.get("warning") ?? "", said);
  const told = await api.request("PUT", `${path}/status?fieldValidation=Strict`, {
    body: { ...put.body, status: { state: "Error" } },
  });
  assert.deepEqual([told.status, told.headers.get("warning")], [200, null]);
  const worse = { ...told.body, spec: { data: `${good}{{ nosuch }}` } };
  assert.equal((await api.request("PUT", `${path}?fieldValidation=Strict`, { body: worse })).status, 422);
});

test("one that is too long to be looked at is taken, and that is said", async () => {
  const { status, headers } = await post("long", `${unclosed}${"#".repeat(65_536)}`, "?fieldValidation=Strict");
  assert.equal(status, 201);
  assert.match(headers.get("warning") ?? "", /longer than the 64 KiB that are looked at/);
});

test("a long one is looked at in steps, each of some hundred tokens, and others go on between them", async () => {
  const action = (at: number) => `      - name: a${at}\n        image: alpine\n        timeout: 60\n`;
  const data = good + Array.from({ length: 300 }, (_, at) => action(at)).join("");
  let pauses = 0;
  const breathe = async (): Promise<void> => {
    pauses += 1;
  };
  const found = await lookAtTemplate(
    kinds.Template,
    { name: "t", parts: [{ spec: { data } }] },
    { isDue: true, breathe },
  );
  assert.deepEqual(found, { faults: [], notes: [] });
  // An action's lines have some 14 tokens; each phase (engine, outline, nodes, document) is a step besides.
  assert.ok(pauses >= 8, `${pauses} pauses`);
});

test("no other kind is looked at", async () => {
  const written = { name: "h", parts: [{ spec: { data: "{{" } }] };
  assert.deepEqual(await lookAtTemplate(kinds.Hardware, written), { faults: [], notes: [] });
});

test("kubectl, which asked for nothing yet in Debian's version, shows the warning", { timeout: 120_000 }, async (t) => {
  const kubectl = await debianKubectl();
  const folder = await mkdtemp(join(tmpdir(), "look-at-template-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeKubeconfig(folder, { server: api.url, token: api.token, authority: api.authority });
  const file = join(folder, "t.json");
  await writeFile(file, JSON.stringify(templateNamed("kubectls", unclosed)));
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, "kubeconfig") };
  const { stderr } = await promisify(execFile)(kubectl, ["apply", "-f", file], { env });
  assert.match(stderr, /^Warning: spec\.data: line 6, column \d+ of the template/);
});
