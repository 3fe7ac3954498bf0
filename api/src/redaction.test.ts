import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { kinds } from "./kinds.ts";
import { isSensitive, redactMembers, redactObject, redactText } from "./redaction.ts";
import { Sensitive } from "./sensitive.ts";

const canary = "canary-4711";
const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "s",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":"${canary}"}`, a: "kept" },
  },
  data: { password: canary },
};
const hardware = {
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Hardware",
  spec: {
    userData: canary,
    agentID: "kept",
    metadata: { instance: { storage: { filesystems: [{ mount: { point: "/", files: [{ contents: canary }] } }] } } },
  },
};

test("values of sensitive fields are not shown; what there is, is", () => {
  const shown = redactObject(secret);
  assert.deepEqual(shown.data, { password: "[redacted]" });
  assert.equal(shown.metadata.annotations.a, "kept");
  for (const object of [secret, hardware]) assert.ok(!JSON.stringify(redactObject(object)).includes(canary));
  assert.equal(redactObject(hardware).spec.agentID, "kept");
  assert.equal(hardware.spec.userData, canary);
});

test("objects inside of a log line are redacted, other values left", () => {
  const error = new Error("kept");
  assert.deepEqual(redactMembers({ event: "x", err: error, object: secret }), {
    event: "x",
    err: error,
    object: redactObject(secret),
  });
});

test("a sentence does not quote a sensitive field, whole or by a line", () => {
  const machine = { ...hardware, spec: { ...hardware.spec, vendorData: "first line\n  second line\n" } };
  const said = redactText(`cannot read "${canary}" nor second line of kept`, machine);
  assert.equal(said, 'cannot read "[redacted]" nor [redacted] of kept');
  assert.equal(redactText("nothing known", undefined), "nothing known");
});

test("a field is sensitive, and so is what holds it or stands in it", () => {
  const asked = (...path: (string | number)[]) => isSensitive(kinds.Hardware, path);
  assert.deepEqual(
    [
      asked("spec", "userData"),
      asked("spec", "metadata"),
      asked("spec", "metadata", "instance", "storage", "filesystems", 0, "mount", "files", 1, "contents"),
      asked("spec", "agentID"),
      asked("spec", "metadata", "facility"),
    ],
    [true, true, true, false, false],
  );
});

test("a Sensitive value shows itself to nobody but who asks for it", () => {
  const value = new Sensitive(canary);
  for (const text of [
    `${value}`,
    JSON.stringify({ value }),
    inspect(value),
    inspect({ nested: [value] }),
    String(value),
  ])
    assert.ok(text.includes("[redacted]") && !text.includes(canary), text);
  assert.equal(value.reveal(), canary);
});
