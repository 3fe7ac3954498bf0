import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldSteps, fieldsAt, isSomeAt } from "./field-path.ts";

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

test("a question of all values at a path asks what would be found there, and nothing else", () => {
  const paths = ["spec.agentID", "spec.interfaces[].dhcp.mac", "spec.interfaces[]", "spec.none", "spec.agentID[]"];
  const others = ["spec.interfaces.dhcp", "spec.toString", "status.state", "spec.gone", "spec.list[]"];
  const object = { ...machine, spec: { ...machine.spec, gone: null, list: [null, 1] } };
  for (const path of [...paths, ...others]) {
    const asked: unknown[] = [];
    const isSome = isSomeAt(object, fieldSteps(path), (value) => asked.push(value) < 0);
    assert.equal(isSome, false);
    assert.deepEqual(
      asked,
      fieldsAt(object, path).map(({ value }) => value),
      path,
    );
  }
  assert.ok(isSomeAt(object, fieldSteps("spec.interfaces[].dhcp.mac"), (value) => value === "m2"));
});
