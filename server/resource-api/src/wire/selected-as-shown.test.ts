// That a field selector finds what the list shows in a column, also where nothing is stored there.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ApiServer, startApiServer } from "../testing/api-server.ts";

let api: ApiServer;
beforeEach(async () => {
  const store = openMemoryStore({ clock: systemClock, newUid: () => crypto.randomUUID() });
  const make = (name: string, status: object, spec = {}) =>
    store.create(kinds.Workflow, {
      ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata: { namespace: "default", name } },
      ...{ spec, status },
    });
  await make("broken", { state: "", templateRendering: "failed" });
  await make("fresh", {});
  await make("off", { state: "" }, { disabled: true });
  await make("runs", { state: "RUNNING" });
  api = await startApiServer({ store });
});
afterEach(() => api.close());

const selected: readonly [selector: string, names: string[]][] = [
  ["status.state=TEMPLATE_FAILED", ["broken"]],
  ["status.state=NEW", ["fresh"]],
  ["status.state=DISABLED", ["off"]],
  ["status.state=RUNNING", ["runs"]],
  ["status.state=", ["broken", "fresh", "off"]],
  ["status.state!=TEMPLATE_FAILED", ["fresh", "off", "runs"]],
  ["status.state=TEMPLATE_FAILED,metadata.name=fresh", []],
];
for (const [selector, names] of selected)
  test(`${selector} selects ${names.join(", ") || "nothing"}`, async () => {
    const query = `fieldSelector=${encodeURIComponent(selector)}`;
    const { body } = await api.request("GET", `/apis/tinkerbell.org/v1alpha1/namespaces/default/workflows?${query}`);
    assert.deepEqual(
      body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
      names,
    );
  });
