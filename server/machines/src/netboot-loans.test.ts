import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hardware, Workflow, WorkflowState } from "@neverland/api";
import { NetbootLoans, whyNoNetboot } from "./netboot-loans.ts";
import type { NetbootWithoutWork } from "./netboot-without-work.ts";

const meta = (name: string) => ({ namespace: "lab", name, uid: name, resourceVersion: "1", generation: 1 });
const machine = (allowPXE?: boolean): Hardware => ({
  ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware", metadata: meta("m1") },
  spec: {
    interfaces: [{ dhcp: { mac: "52:54:00:00:00:01" }, ...(allowPXE !== undefined && { netboot: { allowPXE } }) }],
  },
});
const workflow = (state: WorkflowState, name = "w", minute = 0, hardwareRef = "m1"): Workflow => ({
  ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata: meta(name) },
  spec: { hardwareRef },
  status: { state, stateSince: `2026-05-01T12:${String(minute).padStart(2, "0")}:00Z` },
});

function mayNetboot(policy: NetbootWithoutWork, hardware: Hardware, ...workflows: Workflow[]): boolean {
  const loans = new NetbootLoans(policy);
  for (const each of workflows) loans.put(each);
  return loans.applied(hardware).spec?.interfaces?.[0]?.netboot?.allowPXE === true;
}

test("where the Hardware says nothing, a workflow lends the permission for as long as it has actions to do", () => {
  const states: WorkflowState[] = ["", "PREPARING", "PENDING", "RUNNING", "POST", "SUCCESS", "FAILED", "TIMEOUT"];
  const lent = states.filter((state) => mayNetboot("unless-installed", machine(), workflow(state)));
  assert.deepEqual(lent, ["PREPARING", "PENDING", "RUNNING"]);
  assert.equal(mayNetboot("always", machine()), false);
});

test("who says that a machine may not netboot is believed", () => {
  assert.equal(mayNetboot("always", machine(false), workflow("PENDING")), false);
});

test("an installed machine goes on to its disk though its file says allowPXE, and netboots for its next workflow", () => {
  const done = workflow("SUCCESS", "old", 1);
  assert.equal(mayNetboot("unless-installed", machine(true), done), false);
  assert.equal(mayNetboot("unless-installed", machine(true), done, workflow("", "new", 2)), true);
  assert.equal(mayNetboot("unless-installed", machine(true), done, workflow("PENDING", "new", 2)), true);
  assert.equal(mayNetboot("unless-installed", machine(true), done, workflow("FAILED", "new", 2)), true);
  assert.equal(mayNetboot("unless-installed", machine(true), workflow("FAILED", "new", 0), done), false);
});

test("a machine without any workflow waits in the in-memory system, but where that is not wanted", () => {
  assert.equal(mayNetboot("unless-installed", machine(true)), true);
  assert.equal(mayNetboot("never", machine(true)), false);
  assert.equal(mayNetboot("always", machine(true), workflow("SUCCESS")), true);
});

test("a workflow that goes, or names another machine, takes its loan along", () => {
  const loans = new NetbootLoans("unless-installed");
  const pending = workflow("PENDING");
  assert.deepEqual(loans.put(pending), [{ namespace: "lab", name: "m1" }]);
  assert.deepEqual(
    loans.put(workflow("PENDING", "w", 0, "m2")).map(({ name }) => name),
    ["m1", "m2"],
  );
  const plain = machine();
  assert.equal(loans.applied(plain), plain);
  assert.deepEqual(loans.remove(pending.metadata), [{ namespace: "lab", name: "m2" }]);
  assert.deepEqual(loans.remove(pending.metadata), []);
});

test("who is refused is told which of both it is", () => {
  const loans = new NetbootLoans("unless-installed");
  loans.put(workflow("SUCCESS"));
  const why = (hardware: Hardware) => whyNoNetboot(loans.applied(hardware).spec?.interfaces?.[0]?.netboot);
  assert.match(why(machine(true)), /no workflow to run/);
  assert.equal(why(machine(false)), "does not have allowPXE set");
});

test("a machine that is to be left alone is lent nothing", () => {
  const netboot = { allowWorkflow: false };
  const interfaces = [{ dhcp: { mac: "52:54:00:00:00:01" } }, { dhcp: { mac: "52:54:00:00:00:02" }, netboot }];
  assert.equal(mayNetboot("always", { ...machine(), spec: { interfaces } }, workflow("PENDING")), false);
});
