// Commands that change objects, beside Debian's kubectl where it says the same.
import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { kinds } from "@neverland/api";
import { assertSame, runKubectl } from "../../testing/beside-kubectl.ts";
import { type CliBench, type CliRun, openCliBench, startCli } from "../../testing/cli-bench.ts";
import { hardwareYaml, templateYaml } from "../../testing/manifests.ts";

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
});
after(() => bench.close());

const names = ["one", "two"];
const yaml = names.map((name, at) => hardwareYaml(name, `52:54:00:cc:00:0${at}`, "{set: all}")).join("---\n");
const key = (name: string) => ({ namespace: "default", name });
const stored = async (name: string) => await bench.clients(kinds.Hardware).get(key(name));

beforeEach(async () => {
  for (const name of names)
    await bench
      .clients(kinds.Hardware)
      .delete(key(name))
      .catch(() => undefined);
  const { code, stderr } = await bench.run("apply", "-f", await bench.file("two.yaml", yaml));
  assert.equal(code, 0, stderr);
});

const asKubectl: readonly (readonly string[])[] = [
  ["label", "hw", "one", "rack=a"],
  ["label", "hw/one", "hw/two", "rack=b"],
  ["label", "hw", "one", "rack=b", "--overwrite"],
  ["label", "hw", "one", "set=other"],
  ["label", "hw", "--all", "x=y"],
  ["label", "hw", "-l", "set=all", "z="],
  ["label", "hw", "one", "--list"],
  ["label", "hw", "one", "bad label=x"],
  ["label", "hw", "nobody", "a=b"],
  ["label", "hw", "one", "a=b", "-o", "name"],
  ["label", "hw", "one"],
  ["annotate", "hw", "one", "note=a b"],
  ["annotate", "hw", "one", "note-"],
  ["annotate", "hw", "one", "--list"],
  ["patch", "hw", "one", "--type", "merge", "-p", '{"spec":{"agentID":"a"}}'],
  ["patch", "hw", "one", "--type", "merge", "-p", "{}"],
  ["patch", "hw", "one", "--type", "json", "-p", '[{"op":"replace","path":"/metadata/labels/set","value":"p"}]'],
  ["patch", "hw", "one", "--type", "strategic", "-p", "{}"],
  ["patch", "hw", "one", "--type", "json", "-p", '[{"op":"test","path":"/metadata/labels/set","value":"q"}]'],
  ["patch", "hw", "nobody", "--type", "merge", "-p", "{}"],
  ["patch", "hw", "one", "--type", "merge", "-p", "{"],
  ["wait", "hw/one", "--for=condition=Never", "--timeout=1s"],
  ["wait", "hw/nobody", "--for=condition=Ready", "--timeout=1s"],
  ["wait", "hw/one", "--for=nothing"],
];
for (const words of asKubectl)
  test(`tink ${words.join(" ")}`, async () => {
    const theirs = await runKubectl(bench, words);
    // Both begin with the same objects.
    const changed = await stored("one");
    if (changed?.metadata.resourceVersion !== undefined)
      await bench.run("replace", "-f", await bench.file("two.yaml", yaml));
    const ours = await bench.run(...words);
    assert.equal(ours.stdout, theirs.stdout, ours.stderr);
    assert.equal(ours.code === 0, theirs.code === 0, `${ours.stderr}${theirs.stderr}`);
  });

test("tink api-resources and api-versions list what kubectl lists", async () => {
  await assertSame(bench, "api-versions");
  const theirs = (await runKubectl(bench, ["api-resources", "--no-headers"])).stdout.split("\n").toSorted();
  const ours = (await bench.run("api-resources", "--no-headers")).stdout.split("\n").toSorted();
  const words = (lines: readonly string[]) => lines.map((line) => line.split(/\s+/));
  assert.deepEqual(words(ours), words(theirs));
});

test("a value that is there is changed only when that is said, and taken away when asked", async () => {
  const refused = await bench.run("label", "hw/one", "set=other");
  assert.deepEqual(
    [refused.code, refused.stderr],
    [1, "tink: one: set already has a value (all), and --overwrite is false\n"],
  );
  assert.equal((await bench.run("label", "hw/one", "set-")).stdout, "hardware.tinkerbell.org/one unlabeled\n");
  assert.equal((await stored("one"))?.metadata.labels?.set, undefined);
});

test("what is only tried is not done, by this program or by the server", async () => {
  for (const [where, mark] of [
    ["client", " (dry run)"],
    ["server", " (server dry run)"],
  ] as const) {
    const { stdout } = await bench.run("label", "hw/one", "a=b", `--dry-run=${where}`);
    assert.equal(stdout, `hardware.tinkerbell.org/one labeled${mark}\n`);
  }
  assert.equal((await stored("one"))?.metadata.labels?.a, undefined);
});

test("a patch with a field that no kind has is refused, and changes nothing, unless that is asked for", async () => {
  const before = await bench.clients(kinds.Hardware).get(key("one"));
  for (const patch of ['{"spec":{"disks":null,"agentId":"x"}}', '{"spec":{"disk":[]}}']) {
    const { code, stdout, stderr } = await bench.run("patch", "hw/one", "-p", patch);
    assert.deepEqual([code, stdout, /unknown field "spec\.(agentId|disk)"/.test(stderr)], [2, "", true], stderr);
  }
  const operation = '[{"op":"add","path":"/spec/disk","value":[]}]';
  assert.equal((await bench.run("patch", "hw/one", "--type", "json", "-p", operation)).code, 2);
  assert.deepEqual(await bench.clients(kinds.Hardware).get(key("one")), before);
  const warned = await bench.run("patch", "hw/one", "-p", '{"spec":{"disk":[]}}', "--validate", "warn");
  assert.deepEqual([warned.code, /^Warning: .*spec\.disk/.test(warned.stderr)], [0, true]);
});

test("fields that are patched are owned by who is named", async () => {
  await bench.run("patch", "hw/one", "-p", "spec: {agentID: x}", "--field-manager", "rack-robot");
  const { spec, metadata } = (await stored("one")) ?? {};
  assert.equal(spec?.agentID, "x");
  assert.ok(metadata?.managedFields?.some(({ manager }) => manager === "rack-robot"));
});

test("every command that takes files takes several with commas between, as kubectl does", async () => {
  const paths = ["c1", "c2", "c3"].map((name) => bench.file(`${name}.yaml`, templateYaml(name)));
  const [first = "", second = "", third = ""] = await Promise.all(paths);
  const files = ["-f", `${first},${second}`, "-f", third];
  const named = (done: string) =>
    ["c1", "c2", "c3"].map((name) => `template.tinkerbell.org/${name} ${done}\n`).join("");
  assert.match((await bench.run("diff", ...files)).stdout, /c1.*c2.*c3/s);
  for (const [verb, done, ...more] of [
    ["create", "created"],
    ["apply", "unchanged", "--force-conflicts"],
    ["replace", "replaced"],
    ["label", "labeled", "a=b"],
    ["annotate", "annotated", "a=b"],
    ["patch", "patched", "-p", '{"metadata":{"labels":{"p":"q"}}}'],
    ["wait", "condition met", "--for=jsonpath={.metadata.labels.p}=q"],
  ] as const)
    assert.deepEqual(await bench.run(verb, ...files, ...more), { code: 0, stdout: named(done), stderr: "" }, verb);
  await assertSame(bench, "get", ...files, "-o", "name");
  assert.equal((await bench.run("delete", ...files)).stdout, named("deleted"));
  assert.equal((await runKubectl(bench, ["create", ...files])).stdout, named("created"));
  assert.equal((await runKubectl(bench, ["delete", ...files])).stdout.split("\n").length, 4);
  assert.match((await bench.run("get", "-f", `${first},`)).stderr, /-f.*Nothing stands before or after a comma/);
});

test("wait sees a value, a creation and a deletion as they come", async () => {
  const value = bench.start("wait", "hw/one", "--for=jsonpath={.spec.agentID}=b", "--timeout", "30s");
  const created = bench.start("wait", "tpl/later", "--for=create", "--timeout", "30s");
  const deleted = bench.start("wait", "hw/one", "hw/two", "--for=delete", "--timeout", "30s");
  await bench.clients(kinds.Hardware).patch(key("one"), { spec: { agentID: "b" } });
  assert.deepEqual(await value.ended, { code: 0, stdout: "hardware.tinkerbell.org/one condition met\n", stderr: "" });
  await bench.clients(kinds.Template).create({ metadata: { name: "later" }, spec: { data: "x" } });
  assert.equal((await created.ended).code, 0);
  await bench.run("delete", "hw", "--all");
  const met = names.map((name) => `hardware.tinkerbell.org/${name} condition met\n`).join("");
  assert.deepEqual(await deleted.ended, { code: 0, stdout: met, stderr: "" });
});

test("delete takes a selector, a field, all, and tries without doing", async () => {
  assert.deepEqual(await bench.run("delete", "hw", "-l", "set=all", "--dry-run"), {
    code: 0,
    stdout: "hardware.tinkerbell.org/one deleted (dry run)\nhardware.tinkerbell.org/two deleted (dry run)\n",
    stderr: "",
  });
  assert.equal(
    (await bench.run("delete", "hw", "--field-selector", "metadata.name=two", "-o", "name")).stdout,
    "hardware.tinkerbell.org/two\n",
  );
  assert.match((await bench.run("delete", "hw", "--all", "--now", "--cascade=orphan")).stdout, /one deleted/);
  assert.deepEqual(await bench.run("delete", "hw", "--all"), { code: 0, stdout: "", stderr: "No resources found\n" });
  assert.equal((await bench.run("delete", "hw", "one", "--all")).code, 2);
});

test("create makes, and refuses what is there; replace leaves nothing that the file does not have", async () => {
  const file = await bench.file("made.yaml", templateYaml("made"));
  assert.equal(
    (await bench.run("create", "-f", file, "--dry-run=server")).stdout,
    "template.tinkerbell.org/made created (server dry run)\n",
  );
  assert.equal((await bench.run("create", "-f", file)).stdout, "template.tinkerbell.org/made created\n");
  assert.equal((await bench.run("create", "-f", file)).code, 1);
  await bench.run("label", "tpl/made", "a=b");
  assert.equal((await bench.run("replace", "-f", file)).stdout, "template.tinkerbell.org/made replaced\n");
  assert.equal((await bench.clients(kinds.Template).get(key("made")))?.metadata.labels, undefined);
  assert.equal((await bench.run("create", "namespace", "site-x")).stdout, "namespace/site-x created\n");
});

test("files are read from folders in folders and from addresses, and a namespace that is another's is refused", async () => {
  const deep = await bench.file("deep/er/a.yaml", templateYaml("deep"));
  const folder = deep.replace("/er/a.yaml", "");
  assert.match((await bench.run("apply", "-f", folder)).stderr, /no object was found/);
  assert.equal((await bench.run("apply", "-R", "-f", folder)).stdout, "template.tinkerbell.org/deep created\n");
  const server = createServer((request, response) =>
    response.writeHead(request.url === "/a.yaml" ? 200 : 404).end(templateYaml("far")),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  try {
    assert.equal((await bench.run("apply", "-f", `${url}/a.yaml`)).stdout, "template.tinkerbell.org/far created\n");
    assert.match((await bench.run("apply", "-f", `${url}/b.yaml`)).stderr, /answered with HTTP 404/);
  } finally {
    server.close();
  }
  const placed = await bench.file(
    "placed.yaml",
    templateYaml("placed").replace("name: placed", "name: placed\n  namespace: here"),
  );
  for (const verb of ["apply", "create", "delete", "get"]) {
    const { code, stderr } = await bench.run("-n", "other", verb, "-f", placed);
    assert.equal(code, 2, verb);
    assert.match(stderr, /namespace from the provided object "here" does not match the namespace "other"/);
  }
  for (const [flags, says] of [
    [["-k", "."], /kubectl kustomize \. \| tink apply -f -/],
    [["--prune", "-f", placed], /tink delete KIND -l/],
  ] as const)
    assert.match((await bench.run("apply", ...flags)).stderr, says);
});

test("verbs of kubectl that are not here say what does it", async () => {
  const { code, stderr } = await startCli(["exec", "-it", "hw/one", "--", "sh"]).ended;
  assert.deepEqual([code, /^tink: there is no tink exec: the cexec action/.test(stderr)], [2, true], stderr);
  assert.equal((await startCli(["rollout", "status"]).ended).code, 2);
});

/** tink edit with a script for an editor, which is given the file and how often it was called. */
async function edit(script: string): Promise<CliRun & { readonly shown: string }> {
  const editor = join(bench.dir, "editor.sh");
  const shown = join(bench.dir, "shown");
  await writeFile(shown, "");
  await writeFile(
    editor,
    `#!/bin/sh\nset -eu\ncat "$1" >> ${shown}\necho =====  >> ${shown}\nn=$(grep -c ===== ${shown})\n${script}\n`,
  );
  await chmod(editor, 0o700);
  const { readFile } = await import("node:fs/promises");
  const env = { KUBE_EDITOR: editor, PATH: process.env.PATH };
  const run = await startCli(["--data-dir", bench.dir, "edit", "hw/one"], env).ended;
  return { ...run, shown: await readFile(shown, "utf8") };
}

test("edit writes what the editor made, and nothing when it made nothing", async () => {
  const { code, stdout, shown } = await edit(`sed -i 's/set: all/set: edited/' "$1"`);
  assert.deepEqual([code, stdout], [0, "hardware.tinkerbell.org/one edited\n"]);
  assert.doesNotMatch(shown, /managedFields/);
  assert.equal((await stored("one"))?.metadata.labels?.set, "edited");
  assert.equal((await edit(":")).stderr, "Edit cancelled, no changes made.\n");
});

test("edit shows what was refused again, with the reason, until it is right", async () => {
  const { code, stdout, shown } = await edit(
    `if [ $n = 1 ]; then sed -i 's/52:54:00:cc/XX:54:00:cc/' "$1"; elif [ $n = 2 ]; then echo '  - : [' >> "$1"; else sed -i '$d; s/XX:54/52:54/; s/set: all/set: third/' "$1"; fi`,
  );
  assert.deepEqual([code, stdout], [0, "hardware.tinkerbell.org/one edited\n"], shown);
  assert.match(shown, /^# .*dhcp\.mac/m);
  assert.match(shown, /^# line \d+, column \d+ of the object: no valid YAML/m);
  const left = await edit(`[ $n = 2 ] || sed -i 's/52:54:00:cc/YY:54:00:cc/' "$1"`);
  assert.equal(left.code, 1);
  assert.match(left.stderr, /no valid changes were saved: [\s\S]*What was edited is in \/.*tink-edit-/);
});

test("edit opens again with a field that the kind does not have, as kubectl's does", async () => {
  const { code, stderr, shown } = await edit(
    `if [ $n = 1 ]; then sed -i 's/^spec:/spec:\\n  agentId: typed/' "$1"; else sed -i '/agentId: typed/d; s/set: .*/set: strict/' "$1"; fi`,
  );
  assert.equal(code, 0, stderr);
  assert.match(shown, /=====[\s\S]*^# .*agentId/m);
  assert.equal((await stored("one"))?.metadata.labels?.set, "strict");
});

/** What somebody else types while the editor is open. */
function meanwhile(words: string): string {
  const main = join(import.meta.dirname, "../../main.ts");
  return `${process.execPath} ${main} --data-dir ${bench.dir} ${words} >/dev/null`;
}

test("edit is not held up by what others changed elsewhere in the object, such as its status", async () => {
  const status = `patch hw/one --subresource status --type merge -p '{"status":{"state":"Error"}}'`;
  const { code, stdout, shown, stderr } = await edit(
    `sed -i 's/set: .*/set: alone/' "$1"; ${meanwhile(status)}; ${meanwhile("label hw/one theirs=yes")}`,
  );
  assert.deepEqual([code, stdout], [0, "hardware.tinkerbell.org/one edited\n"], stderr);
  assert.equal(shown.match(/=====/g)?.length, 1);
  const one = await stored("one");
  const { set, theirs } = one?.metadata.labels ?? {};
  assert.deepEqual({ set, theirs, status: one?.status?.state }, { set: "alone", theirs: "yes", status: "Error" });
});

test("edit shows both where somebody else changed the same field meanwhile", async () => {
  const { code, shown, stderr } = await edit(
    `if [ $n = 1 ]; then sed -i 's/set: .*/set: mine/' "$1"; ${meanwhile("label hw/one --overwrite set=theirs other=yes")}; else sed -i 's/other: .*/&\\n    third: x/' "$1"; fi`,
  );
  assert.equal(code, 0, stderr);
  assert.match(shown, /# .* was changed by somebody else meanwhile/);
  const { set, other, third } = (await stored("one"))?.metadata.labels ?? {};
  assert.deepEqual({ set, other, third }, { set: "mine", other: "yes", third: "x" });
});

test("events are those of one object, of one type, newest last, and go on with -w", async () => {
  const record = async (hardware: string, type: string, message: string, time: string) =>
    await bench.clients(kinds.MachineEvent).create({
      metadata: { generateName: "e-", namespace: "default" },
      spec: { source: "lab", type, message, hardware, time },
    });
  await record("ev-1", "PoweredOn", "later", new Date(Date.now() - 1000).toISOString());
  await record("ev-1", "DhcpIgnored", "earlier", new Date(Date.now() - 60_000).toISOString());
  await record("ev-2", "PoweredOn", "another", new Date().toISOString());
  const { stdout } = await bench.run("events", "--for", "hw/ev-1");
  assert.match(
    stdout,
    /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n\d+s +Warning +DhcpIgnored +hardware\/ev-1 +earlier\n\ds +Normal +PoweredOn +hardware\/ev-1 +later\n$/,
  );
  assert.doesNotMatch((await bench.run("events", "--types", "Warning", "--no-headers")).stdout, /PoweredOn|LAST SEEN/);
  assert.equal((await bench.run("events", "--types", "Odd")).code, 2);
  const watching = bench.start("events", "--for", "hardware/ev-2", "-w");
  await watching.saw(/another/);
  await record("ev-2", "PoweredOff", "and off", new Date().toISOString());
  await watching.saw(/another\n.*and off/);
  watching.interrupt();
  assert.equal((await watching.ended).code, 130);
});
