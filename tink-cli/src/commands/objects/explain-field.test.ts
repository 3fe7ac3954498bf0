// What fields are is known without a server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { fieldAt, fieldDocs } from "@neverland/api/field-docs";
import { renderTemplate } from "@neverland/templates";
import { type CliRun, startCli } from "../../testing/cli-bench.ts";

const run = (...args: string[]): Promise<CliRun> => startCli(args).ended;

test("a field is told with its type, what it does, and what is below it", async () => {
  const { code, stdout } = await run("explain-field", "hw.spec.interfaces[0].dhcp.ip");
  assert.equal(code, 0);
  assert.match(stdout, /^KIND: +Hardware\nVERSION: +v1alpha1\n\nFIELD: ip <Object>\n\nDESCRIPTION:\n {4}The address/m);
  assert.match(stdout, /^ {2}netmask\t<string>\n {4}The network's mask in dotted form/m);
});

test("a kind alone is told with its fields, and all below when that is asked for", async () => {
  assert.match(
    (await run("explain-field", "workflows.tinkerbell.org")).stdout,
    /^ {2}spec\t<Object>\n {4}What is wanted/m,
  );
  const { stdout } = await run("explain-field", "workflow.spec", "--recursive");
  assert.match(stdout, /^ {2}bootOptions\t<Object>\n {4}toggleAllowNetboot\t<boolean>\n/m);
});

test("values that are the only ones are named", async () => {
  assert.match((await run("explain-field", "wf.spec.bootOptions.bootMode")).stdout, /^ {4}One of: netboot, isoboot/m);
});

test("a field that is not there is exit code 3, with those that are", async () => {
  const { code, stdout, stderr } = await run("explain-field", "hardware.spec.interfaces.dhpc");
  assert.deepEqual([code, stdout], [3, ""]);
  assert.match(
    stderr,
    /^tink: hardware\.spec\.interfaces .* has no field "dhpc": did you mean .*\? there are netboot, isoboot, dhcp, /,
  );
  assert.equal((await run("explain-field", "pods.spec")).code, 2);
});

/** The renderer names the keys it knows when it meets one that it does not. */
test("the document of a template has the fields that the renderer reads, and no others", () => {
  const data = [
    ...["qqqqqqqq: 1", "name: a", "tasks:", "- name: a", "  worker: a", "  qqqqqqqq: 1", "  actions:"],
    ...["  - name: a", "    image: a", "    qqqqqqqq: 1", "    namespaces: {qqqqqqqq: 1}"],
  ].join("\n");
  const { warnings } = renderTemplate({ name: "t", data, hardwareMap: {} });
  const known = warnings.map(({ message }) => /known here are (.*)$/.exec(message)?.[1]?.split(", ").toSorted());
  const fields = ["", ".tasks", ".tasks.actions", ".tasks.actions.namespaces"].map((path) => {
    const field = fieldAt(fieldDocs(kinds.Template), `spec.data${path}`.split("."));
    return field?.fields?.map(({ name }) => name).toSorted();
  });
  assert.deepEqual(fields, known);
});
