import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hardware, Template, Workflow } from "@neverland/api";
import { checkTemplate, renderWorkflow } from "./render-workflow.ts";

const metadata = (name: string) => ({ name, namespace: "default", uid: name, resourceVersion: "1", generation: 1 });
const apiVersion = "tinkerbell.org/v1alpha1";
const template = (data: string): Template => ({
  apiVersion,
  kind: "Template",
  metadata: metadata("debian"),
  spec: { data },
});
const workflow: Workflow = {
  apiVersion,
  kind: "Workflow",
  metadata: metadata("install"),
  spec: { hardwareMap: { device_1: "52:54:00:00:00:01" } },
};
const hardware: Hardware = {
  apiVersion,
  kind: "Hardware",
  metadata: metadata("m1"),
  spec: { disks: [{ device: "/dev/vda" }] },
};

const good = `version: "0.1"
name: debian
global_timeout: 600
tasks:
  - name: os
    worker: "{{.device_1}}"
    volumes: [/dev:/dev]
    actions:
      - name: stream
        image: image2disk:latest
        timeout: 300
        environment:
          DEST_DISK: {{ index .Hardware.Disks 0 }}
          MODE: 0600
`;

test("hardwareMap and Hardware reach the template, and scalars keep their spelling", () => {
  const result = renderWorkflow({ workflow, template: template(good), hardware });
  assert.ok("document" in result);
  const [task] = result.document.tasks;
  assert.equal(result.document.globalTimeoutSeconds, 600);
  assert.equal(task?.worker, "52:54:00:00:00:01");
  assert.deepEqual(task?.actions[0]?.environment, { DEST_DISK: "/dev/vda", MODE: "0600" });
});

test("what a template gets wrong is said with its place", () => {
  const missing = renderWorkflow({ workflow, template: template('name: "{{ .nobody }}"') });
  const wrong = renderWorkflow({ workflow, template: template("name: a\ntasks: []\n") });
  assert.match("problems" in missing ? (missing.problems[0] ?? "") : "", /^template: debian:1:\d+: .*nobody/);
  assert.match(
    "problems" in wrong ? (wrong.problems[0] ?? "") : "",
    /^line 2, column \d+ of the rendered template: tasks: /,
  );
});

test("a key that means nothing is a warning", () => {
  const result = renderWorkflow({ workflow, template: template(good.replace("environment:", "env:")), hardware });
  assert.match("document" in result ? (result.warnings?.[0] ?? "") : "", /unknown key env is ignored/);
});

test("a mistyped key is named beside what is missing for it", () => {
  const result = renderWorkflow({ workflow, template: template(good.replace("image:", "imag:")), hardware });
  const [wrong = "", unknown = ""] = "problems" in result ? result.problems : [];
  assert.match(wrong, /^line 9, column 9 .*action stream has no valid image/);
  assert.match(unknown, /^line 10, column 9 .*unknown key imag is ignored; did you mean image\?/);
});

test("a template's text is checked without any data", () => {
  assert.deepEqual(checkTemplate({ name: "debian", data: good }), []);
  assert.match(
    checkTemplate({ name: "debian", data: "\n{{ if }}" })[0] ?? "",
    /^template: debian:2: missing value for if/,
  );
});
