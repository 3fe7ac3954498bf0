import assert from "node:assert/strict";
import { test } from "node:test";
import { type KindInfo, kinds } from "@neverland/api";
import { openSpoiltStore } from "@neverland/store/testing/spoilt-store.ts";
import { cellsOf, columnsOf, formatAge } from "./table.ts";

test("ages are shown as kubectl shows them", () => {
  const shown = [0, 119, 120, 125, 600, 10_799, 10_800, 28_800, 172_799, 172_800, 180_000, 691_200, 63_072_000].map(
    (s) => formatAge(s * 1000),
  );
  assert.deepEqual(shown, ["0s", "119s", "2m", "2m5s", "10m", "179m", "3h", "8h", "47h", "2d", "2d2h", "8d", "2y"]);
  assert.deepEqual([formatAge(-5), formatAge(Number.NaN)], ["0s", "<unknown>"]);
});

test("a row has the name, the kind's columns and the age", () => {
  const metadata = {
    name: "w",
    namespace: "default",
    uid: "u",
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  const workflow = { apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata, spec: { templateRef: "t" } };
  const nowMs = Date.parse("2026-01-01T00:05:30Z");
  assert.deepEqual(cellsOf(kinds.Workflow, workflow, nowMs), [
    "w",
    "t",
    "NEW",
    null,
    null,
    null,
    null,
    null,
    null,
    "5m30s",
  ]);
  assert.deepEqual(
    columnsOf(kinds.Workflow)
      .filter((column) => column.priority === 0)
      .map((column) => column.name),
    ["Name", "Template", "State", "Action", "Reason", "Agent", "Hardware", "Age"],
  );
});

const metadata = { name: "m", namespace: "default", uid: "u", resourceVersion: "1", generation: 1 };
const nowMs = Date.parse("2026-01-01T00:00:00Z");
/** The cells by their columns' names. */
function shown(kind: KindInfo, parts: object): Record<string, unknown> {
  const object = { apiVersion: "tinkerbell.org/v1alpha1", kind: kind.kind, metadata, ...parts };
  const cells = cellsOf(kind, object, nowMs);
  return Object.fromEntries(columnsOf(kind).map(({ name }, at) => [name, cells[at]]));
}

test("a state is never blank: what is to go says so, and what has none says why", () => {
  const stateOf = (parts: object) => shown(kinds.Workflow, parts).State;
  assert.deepEqual(
    [
      stateOf({ spec: { disabled: true } }),
      stateOf({ status: { state: "", templateRendering: "failed" } }),
      stateOf({ status: { state: "RUNNING" } }),
      stateOf({ status: { state: "RUNNING" }, metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } }),
      shown(kinds.Template, {}).State,
    ],
    ["DISABLED", "TEMPLATE_FAILED", "RUNNING", "Deleting", "New"],
  );
});

test("a machine is shown with the addresses of all its cards", () => {
  const card = (last: number, allowPXE: boolean) => ({
    dhcp: { mac: `52:54:00:00:00:0${last}`, ip: { address: `10.0.0.${last}` } },
    netboot: { allowPXE },
  });
  const { State, MAC, Address, Netboot } = shown(kinds.Hardware, {
    spec: { interfaces: [card(1, true), card(2, true)] },
  });
  assert.deepEqual(
    [State, MAC, Address, Netboot],
    ["Known", "52:54:00:00:00:01,52:54:00:00:00:02", "10.0.0.1,10.0.0.2", "true"],
  );
  const bare = shown(kinds.Hardware, {});
  assert.deepEqual([bare.MAC, bare.Address, bare.Netboot], [null, null, null]);
});

test("none at all is a number too", () => {
  assert.equal(shown(kinds.Secret, { type: "Opaque", data: {} }).Data, 0);
});

test("what no schema accepts, and what is no object at all, is shown as unusable, whatever its kind", async (t) => {
  const stored = [kinds.Hardware, kinds.Template, kinds.Workflow, kinds.ActionReport, kinds.Secret];
  const key = (name: string) => ({ name, namespace: "default" });
  const store = await openSpoiltStore(
    t,
    async (before) => {
      for (const { group, version, kind } of stored)
        for (const name of ["odd", "torn"])
          await before.create(kinds[kind], {
            apiVersion: group === "" ? version : `${group}/${version}`,
            kind,
            metadata: key(name),
          });
    },
    `UPDATE objects SET object = '[broken' WHERE name = 'torn';
    UPDATE objects SET object = json_set(object, '$.metadata.labels', 7) WHERE name = 'odd'`,
  );
  for (const kind of stored)
    for (const name of ["odd", "torn"]) {
      const object = await store.get(kind, key(name));
      assert.ok(object);
      assert.ok(cellsOf(kind, object, nowMs).includes("Unusable"), `${kind.kind} ${name}`);
    }
});
