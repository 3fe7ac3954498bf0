import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsAt } from "./field-path.ts";

const machine = { spec: { agentID: "a", interfaces: [{ dhcp: { mac: "m0" } }, {}, { dhcp: { mac: "m2" } }] } };

test("finds a value at a path", () => {
  assert.deepEqual(fieldsAt(machine, "spec.agentID"), [{ field: "spec.agentID", value: "a" }]);
});

test("goes through lists and says where it was", () => {
  assert.deepEqual(fieldsAt(machine, "spec.interfaces[].dhcp.mac"), [
    { field: "spec.interfaces[0].dhcp.mac", value: "m0" },
    { field: "spec.interfaces[2].dhcp.mac", value: "m2" },
  ]);
});

test("finds nothing where nothing is, nor what is inherited", () => {
  for (const path of ["spec.none", "spec.agentID[]", "spec.interfaces.dhcp", "spec.toString", "status.state"])
    assert.deepEqual(fieldsAt(machine, path), []);
});
