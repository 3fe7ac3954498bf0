// Whose view may be another one after a change: machines that claim the same, and those of a workflow.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hardware, Workflow } from "@neverland/api";
import { type Machine, MachineBook } from "./machine-book.ts";

const mac = "52:54:00:00:00:01";
const meta = { uid: "u", resourceVersion: "1", generation: 1, creationTimestamp: "2026-05-01T12:00:00Z" };
const hardware = (name: string, ...macs: string[]): Hardware => ({
  ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Hardware", metadata: { ...meta, namespace: "lab", name } },
  spec: { interfaces: macs.map((each) => ({ dhcp: { mac: each } })) },
});
const workflow = (name: string, hardwareRef: string, agentID?: string, namespace = "lab"): Workflow => ({
  ...{ apiVersion: "tinkerbell.org/v1alpha1", kind: "Workflow", metadata: { ...meta, namespace, name } },
  ...{ spec: { hardwareRef }, status: { ...(agentID && { agentID }) } },
});
const namesOf = (machines: readonly Machine[]) => machines.map((each) => each.hardware.metadata.name).toSorted();
const put = (book: MachineBook, one: Hardware) => namesOf(book.put(one, false));
const rivalsOf = (book: MachineBook, name: string) => {
  const machine = book.get({ namespace: "lab", name });
  assert.ok(machine);
  return book.rivalsOf(machine).map(({ names }) => names);
};

test("the second that claims a MAC changes the first one's view, and a third one nobody's but its own", () => {
  const book = new MachineBook();
  assert.deepEqual(put(book, hardware("a", mac)), ["a"]);
  assert.deepEqual(rivalsOf(book, "a"), []);
  assert.deepEqual(put(book, hardware("b", mac.toUpperCase())), ["a", "b"]);
  assert.deepEqual(rivalsOf(book, "a"), [["lab/a", "lab/b"]]);
  assert.deepEqual(rivalsOf(book, "b"), [["lab/b", "lab/a"]]);
  assert.deepEqual(put(book, hardware("c", mac)), ["c"]);
});

test("who is left alone with a MAC is told, whether the other one went or changed", () => {
  for (const leave of [
    (book: MachineBook) => namesOf(book.remove({ namespace: "lab", name: "b" })),
    (book: MachineBook) => put(book, hardware("b", "52:54:00:00:00:02")),
  ]) {
    const book = new MachineBook();
    for (const name of ["a", "b"]) put(book, hardware(name, mac));
    assert.deepEqual(leave(book), ["a", "b"]);
    assert.deepEqual(rivalsOf(book, "a"), []);
    assert.equal(book.byMac(mac)?.hardware.metadata.name, "a");
  }
});

test("of very many that share a MAC a few are named", () => {
  const book = new MachineBook();
  for (let at = 0; at < 50; at += 1) put(book, hardware(`m${at}`, mac));
  assert.equal(rivalsOf(book, "m49")[0]?.length, 5);
});

test("a workflow is its Hardware's and its worker's, within its namespace, until it is another's", () => {
  const book = new MachineBook();
  for (const [name, own] of [
    ["a", mac],
    ["b", "52:54:00:00:00:02"],
  ] as const)
    put(book, hardware(name, own));
  const ofMachine = (name: string) => {
    const machine = book.get({ namespace: "lab", name });
    assert.ok(machine);
    return book.workflowsOf(machine).map(({ metadata }) => metadata.name);
  };
  assert.deepEqual(namesOf(book.putWorkflow(workflow("w", "a", "52:54:00:00:00:02")).machines), ["a", "b"]);
  assert.deepEqual([ofMachine("a"), ofMachine("b")], [["w"], ["w"]]);
  assert.deepEqual(namesOf(book.putWorkflow(workflow("w", "b")).machines), ["a", "b", "b"]);
  assert.deepEqual([ofMachine("a"), ofMachine("b")], [[], ["w"]]);
  book.putWorkflow(workflow("elsewhere", "x", mac, "other"));
  assert.deepEqual(ofMachine("a"), []);
  assert.deepEqual(namesOf(book.removeWorkflow({ namespace: "lab", name: "w" }).machines), ["b"]);
  assert.deepEqual(ofMachine("b"), []);
});

test("of a Hardware whose status alone was written nothing is another one, and of a label it is", () => {
  const book = new MachineBook();
  const one = hardware("a", mac);
  put(book, one);
  const next = (more: Partial<Hardware["metadata"]>) => ({ ...one.metadata, resourceVersion: "2", ...more });
  assert.deepEqual(put(book, { ...one, metadata: next({}), status: { observedGeneration: 1 } }), []);
  assert.deepEqual(put(book, { ...one, metadata: next({ labels: { rack: "r1" } }) }), ["a"]);
  assert.deepEqual(put(book, { ...one, metadata: next({ uid: "another", labels: { rack: "r1" } }) }), ["a"]);
  assert.deepEqual(namesOf(book.put(one, true)), ["a"]);
});
