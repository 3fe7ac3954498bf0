// Every command that reads or writes objects, against a real server.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { kinds, type Workflow } from "@neverland/api";
import { parse } from "yaml";
import { clientsOf } from "../../connection/connect.ts";
import { type CliBench, openCliBench } from "../../testing/cli-bench.ts";
import { hardwareYaml, templateYaml, workflowYaml } from "../../testing/manifests.ts";

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
});
after(() => bench.close());

const mac = (last: number): string => `52:54:00:aa:00:${last.toString(16).padStart(2, "0")}`;

async function apply(yaml: string): Promise<void> {
  const { code, stderr } = await bench.run("apply", "-f", await bench.file("setup.yaml", yaml));
  assert.equal(code, 0, stderr);
}

describe("tink apply", () => {
  test("creates, leaves alone what is so already, and changes what is not", async () => {
    const file = await bench.file("a.yaml", hardwareYaml("apply-1", mac(1)));
    assert.deepEqual(await bench.run("apply", "-f", file), {
      code: 0,
      stdout: "hardware.tinkerbell.org/apply-1 created\n",
      stderr: "",
    });
    assert.equal((await bench.run("apply", "-f", file)).stdout, "hardware.tinkerbell.org/apply-1 unchanged\n");
    await bench.file("a.yaml", hardwareYaml("apply-1", mac(1), "{rack: b}"));
    assert.equal((await bench.run("apply", "-f", file)).stdout, "hardware.tinkerbell.org/apply-1 configured\n");
  });

  test("names file, line, column, field and what was expected, and applies nothing", async () => {
    const file = await bench.file("bad.yaml", `${templateYaml("not-made")}---\n${hardwareYaml("bad", "52-54-00")}`);
    const { code, stdout, stderr } = await bench.run("apply", "-f", file);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.ok(
      stderr.includes(`${file}:33:12: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons`),
      stderr,
    );
    assert.equal((await bench.run("get", "tpl/not-made")).code, 3);
  });

  test("takes a folder's manifests, and no other files", async () => {
    const first = await bench.file("folder/a.yaml", templateYaml("folder-a"));
    await bench.file("folder/b.json", JSON.stringify(parse(templateYaml("folder-b"))));
    await bench.file("folder/README.md", "no: [manifest");
    const { stdout } = await bench.run("apply", "-f", first.replace("/a.yaml", ""));
    assert.equal(stdout, "template.tinkerbell.org/folder-a created\ntemplate.tinkerbell.org/folder-b created\n");
  });

  test("reads standard input as -", async () => {
    const run = await bench.runProcess(templateYaml("from-stdin"), "apply", "-f", "-");
    assert.deepEqual(run, { code: 0, stdout: "template.tinkerbell.org/from-stdin created\n", stderr: "" });
  });

  test("leaves another manager's field alone, unless it is told to take it", async () => {
    const file = await bench.file("c.yaml", hardwareYaml("conflict", mac(2), "{rack: a}"));
    await bench.run("apply", "-f", file);
    const other = clientsOf(bench.connection, undefined, "rack-robot")(kinds.Hardware);
    await other.patch({ namespace: "default", name: "conflict" }, { metadata: { labels: { rack: "z" } } });
    const { code, stderr } = await bench.run("apply", "-f", file);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^tink: hardware\/conflict: Apply failed with 1 conflict: .*\n {2}\.metadata\.labels\.rack: set by "rack-robot" with an edit/,
    );
    assert.match(stderr, /--force-conflicts/);
    assert.match((await bench.run("apply", "-f", file, "--force-conflicts")).stdout, /conflict configured/);
  });

  test("takes back what get -o yaml printed, also after the object has changed", async () => {
    await apply(`${hardwareYaml("export-1", mac(3))}---\n${templateYaml("export-t")}`);
    const printed = await bench.run("get", "hw/export-1", "tpl/export-t", "-o", "yaml");
    assert.match(printed.stdout, /^apiVersion: v1\nitems:\n[\s\S]*\nkind: List\n/);
    const file = await bench.file("exported.yaml", printed.stdout);
    const again = await bench.run("apply", "-f", file);
    assert.equal(
      again.stdout,
      "hardware.tinkerbell.org/export-1 unchanged\ntemplate.tinkerbell.org/export-t unchanged\n",
    );
    await apply(hardwareYaml("export-1", mac(3), "{rack: later}"));
    const stale = await bench.run("apply", "-f", file);
    assert.match(stale.stdout, /export-1 configured/);
    assert.equal(stale.code, 0, stale.stderr);
  });

  test("says what is wrong with a file that is not there, and with one that holds nothing", async () => {
    const gone = await bench.run("apply", "-f", "/nonexistent/x.yaml");
    assert.deepEqual([gone.code, gone.stdout], [2, ""]);
    assert.match(gone.stderr, /^tink: -f \/nonexistent\/x\.yaml cannot be read: .*no such file/);
    const empty = await bench.run("apply", "-f", await bench.file("empty.yaml", "# nothing\n"));
    assert.deepEqual([empty.code, empty.stderr.includes("no object was found")], [2, true]);
  });

  test("refuses a MAC that another machine has, by the server's word", async () => {
    await apply(hardwareYaml("owner", mac(4)));
    const { code, stderr } = await bench.run("apply", "-f", await bench.file("d.yaml", hardwareYaml("thief", mac(4))));
    assert.equal(code, 2);
    assert.match(stderr, /owner/);
  });

  test("goes on past what the server refuses, and says how many it applied", async () => {
    await apply(hardwareYaml("several-owner", mac(70)));
    const manifests = [templateYaml("several-1"), hardwareYaml("several-thief", mac(70)), templateYaml("several-2")];
    const { code, stdout, stderr } = await bench.run(
      "apply",
      "-f",
      await bench.file("several.yaml", manifests.join("---\n")),
    );
    assert.equal(stdout, "template.tinkerbell.org/several-1 created\ntemplate.tinkerbell.org/several-2 created\n");
    assert.match(stderr, /^tink: .*several-thief.*several-owner.*\n2 of 3 were applied\n$/);
    assert.equal(code, 2);
  });

  test("refuses fields that a kind does not have, with the place and what was meant, or warns of them, or says nothing", async () => {
    const file = await bench.file("typo.yaml", hardwareYaml("typo", mac(9)).replace("allowPXE", "allowPxe"));
    const warning = `${file}:13:7: unknown field "spec.interfaces[0].netboot.allowPxe"; did you mean "allowPXE"?`;
    const fine = await bench.file("fine.yaml", templateYaml("fine"));
    const refused = { code: 2, stdout: "", stderr: `tink: nothing was applied:\n${warning}\n` };
    assert.deepEqual(await bench.run("apply", "-f", fine, file), refused);
    assert.equal((await bench.run("get", "tpl/fine")).code, 3);
    assert.deepEqual(await bench.run("apply", "-f", file, "--dry-run"), refused);
    const warned = { code: 0, stderr: `Warning: ${warning}\n` };
    assert.deepEqual(await bench.run("apply", "-f", file, "--dry-run", "--validate=warn"), {
      ...warned,
      stdout: "1 object is valid\n",
    });
    assert.deepEqual(await bench.run("apply", "-f", file, "--validate=warn"), {
      ...warned,
      stdout: "hardware.tinkerbell.org/typo created\n",
    });
    assert.equal((await bench.run("apply", "-f", file, "--validate", "ignore")).stderr, "");
  });

  test("tells of a template what is wrong for every machine, at its place in the file", async () => {
    const text = templateYaml("slips").replace(
      /data: .*[\s\S]*/,
      'data: |\n    name: x\n    tasks:\n      - name: t\n        worker: "{{.device_1}}"\n        actions:\n          - name: a\n            image: b\n            timout: 90\n',
    );
    const file = await bench.file("slips.yaml", text);
    const line = text.split("\n").findIndex((each) => each.includes("timout")) + 1;
    const slip = `${file}:${line}:13: tasks[0].actions[0].timout: unknown key timout is ignored; did you mean timeout?`;
    assert.equal((await bench.run("apply", "-f", file)).stderr, `tink: nothing was applied:\n${slip}\n`);
    const broken = await bench.file("broken.yaml", text.replace("{{.device_1}}", "{{.device_1 }"));
    assert.match(
      (await bench.run("apply", "-f", broken, "--validate=ignore")).stderr,
      new RegExp(`^tink: nothing was applied:\n${broken}:${line - 4}:\\d+: .*unexpected "}" in operand\n$`),
    );
  });

  test("--dry-run=server says what would become of each, and writes nothing", async () => {
    const one = templateYaml("foreseen");
    const file = await bench.file("foreseen.yaml", one);
    const foresee = async () => (await bench.run("apply", "-f", file, "--dry-run=server")).stdout;
    assert.equal(await foresee(), "template.tinkerbell.org/foreseen created (server dry run)\n");
    assert.equal((await bench.run("get", "tpl/foreseen")).code, 3);
    await apply(one);
    assert.equal(await foresee(), "template.tinkerbell.org/foreseen unchanged (server dry run)\n");
    await bench.file(
      "foreseen.yaml",
      one.replace("kind: Template\nmetadata:\n", "kind: Template\nmetadata:\n  labels: {a: b}\n"),
    );
    assert.equal(await foresee(), "template.tinkerbell.org/foreseen configured (server dry run)\n");
  });

  test("--dry-run checks and writes nothing", async () => {
    const file = await bench.file("dry.yaml", templateYaml("dry"));
    assert.equal((await bench.run("apply", "--dry-run", "-f", file)).stdout, "1 object is valid\n");
    assert.equal((await bench.run("get", "tpl/dry")).code, 3);
  });
});

describe("tink diff", () => {
  test("shows what an apply would change, and exits as diff does", async () => {
    const one = templateYaml("differing");
    const file = await bench.file("differing.yaml", one);
    const created = await bench.run("diff", "-f", file);
    assert.equal(created.code, 1);
    assert.match(created.stdout, /^diff -u -N LIVE\/tinkerbell.org.v1alpha1.Template.default.differing MERGED\/\S+\n/);
    assert.match(created.stdout, /\n\+kind: Template\n/);
    assert.equal((await bench.run("get", "tpl/differing")).code, 3);
    await apply(one);
    assert.deepEqual(await bench.run("diff", "-f", file), { code: 0, stdout: "", stderr: "" });
    await bench.file("differing.yaml", one.replace("global_timeout: 600", "global_timeout: 700"));
    const { code, stdout } = await bench.run("diff", "-f", file);
    assert.equal(code, 1);
    assert.match(stdout, /\n-.*global_timeout: 600\n\+.*global_timeout: 700\n/);
  });

  test("has an error's exit code above 1, whatever is wrong", async () => {
    const file = await bench.file("diff-thief.yaml", hardwareYaml("diff-thief", mac(4)));
    const taken = await bench.run("diff", "-f", file);
    assert.deepEqual([taken.code, /owner/.test(taken.stderr)], [2, true]);
    assert.equal((await bench.run("diff", "-f", await bench.file("bad.yaml", "kind: Hardware\n"))).code, 2);
    assert.equal((await bench.run("--server", "http://127.0.0.1:1", "--token", "x", "diff", "-f", file)).code, 69);
  });
});

describe("tink get", () => {
  before(async () => {
    await apply(
      [
        hardwareYaml("get-1", mac(16), "{set: get, rack: a}"),
        hardwareYaml("get-2", mac(17), "{set: get, rack: b}"),
        templateYaml("get-t"),
        workflowYaml("get-w", "get-t", "get-1", mac(16)),
      ].join("---\n"),
    );
  });

  test("prints a table, with more columns when it is wide", async () => {
    const { stdout } = await bench.run("get", "wf", "get-w");
    assert.match(
      stdout,
      /^NAME +TEMPLATE +STATE +ACTION +REASON +AGENT +HARDWARE +AGE\nget-w +get-t .* get-1 +\d+s\n$/,
    );
    assert.match((await bench.run("get", "wf/get-w", "-o", "wide")).stdout, /^NAME .* TASK .* TEMPLATE-RENDERING/);
  });

  test("prints several kinds with their names before them", async () => {
    const { stdout } = await bench.run("get", "hw/get-1", "wf/get-w");
    assert.match(stdout, /^hardware\.tinkerbell\.org\/get-1 /m);
    assert.match(stdout, /^workflow\.tinkerbell\.org\/get-w /m);
  });

  test("selects by label, and says when nothing is there", async () => {
    const { stdout } = await bench.run("get", "hw", "-l", "set=get,rack!=a", "-o", "name");
    assert.equal(stdout, "hardware.tinkerbell.org/get-2\n");
    const none = await bench.run("get", "hw", "-l", "set=nothing");
    assert.deepEqual(none, { code: 0, stdout: "", stderr: "No resources found in default namespace.\n" });
    const controllers = await bench.run("get", "machines");
    assert.match(
      controllers.stderr,
      /^No resources found in .*\nThese are management controllers.* tink get mv .* tink get hw /,
    );
  });

  test("selects by field", async () => {
    const { stdout } = await bench.run("get", "hw", "--field-selector", "metadata.name=get-2", "-o", "name");
    assert.equal(stdout, "hardware.tinkerbell.org/get-2\n");
  });

  test("one object is itself as JSON and YAML, several are a List", async () => {
    const one = JSON.parse((await bench.run("get", "hw/get-1", "-o", "json")).stdout);
    assert.deepEqual([one.kind, one.metadata.name], ["Hardware", "get-1"]);
    const list = JSON.parse((await bench.run("get", "hw", "-l", "set=get", "-o", "json")).stdout);
    assert.deepEqual([list.apiVersion, list.kind, list.items.length], ["v1", "List", 2]);
    assert.equal(parse((await bench.run("get", "tpl/get-t", "-o", "yaml")).stdout).kind, "Template");
  });

  test("renders a JSONPath", async () => {
    const path = 'jsonpath={range .items[*]}{.metadata.name}={.spec.interfaces[0].dhcp.mac}{"\\n"}{end}';
    const { stdout } = await bench.run("get", "hw", "-l", "set=get", "-o", path);
    assert.equal(stdout, `get-1=${mac(16)}\nget-2=${mac(17)}\n`);
  });

  test("looks into one namespace, or into all", async () => {
    assert.equal(
      (await bench.run("-n", "elsewhere", "get", "hw")).stderr,
      "No resources found in elsewhere namespace.\n",
    );
    assert.match((await bench.run("get", "hw", "-A")).stdout, /^NAMESPACE +NAME[\s\S]*^default +get-1 /m);
  });

  test("an object that is not there is exit code 3, in every form", async () => {
    for (const form of [[], ["-o", "json"], ["-o", "name"]]) {
      const { code, stdout, stderr } = await bench.run("get", "hw/nobody", ...form);
      assert.deepEqual([code, stdout], [3, ""]);
      assert.match(stderr, /^tink: .*"nobody".*\n$/);
    }
  });

  test("-w shows what is there, then what changes, until Ctrl-C", async () => {
    const watching = bench.start("get", "hw", "-w", "-l", "set=watched");
    await apply(hardwareYaml("watched-1", mac(18), "{set: watched}"));
    await watching.saw(/^NAME.*\nwatched-1 /);
    await apply(hardwareYaml("watched-2", mac(19), "{set: watched}"));
    await watching.saw(/\nwatched-2 /);
    await bench.run("delete", "hw/watched-1");
    await apply(hardwareYaml("watched-3", mac(20), "{set: watched}"));
    await watching.saw(/\nwatched-3 /);
    watching.interrupt();
    const { code, stdout, stderr } = await watching.ended;
    assert.deepEqual([code, stdout.match(/NAME/g)?.length, stderr], [130, 1, "watched-1 was deleted\n"]);
  });

  test("-w -A -o wide has all columns in the rows that come later, too", async () => {
    const watching = bench.start("get", "wf", "-w", "-A", "-o", "wide");
    await watching.saw(/^NAMESPACE +NAME +TEMPLATE .* TEMPLATE-RENDERING.*\ndefault +get-w +get-t /);
    await apply(workflowYaml("wide-w", "get-t", "get-2", mac(17)));
    await watching.saw(/\ndefault +wide-w +get-t .* successful .*\n/);
    watching.interrupt();
    assert.equal((await watching.ended).code, 130);
  });

  test("-w -o name prints a line for each change", async () => {
    const watching = bench.start("get", "hw/get-1", "-w", "-o", "name");
    await watching.saw(/^hardware\.tinkerbell\.org\/get-1\n$/);
    watching.interrupt();
    assert.equal((await watching.ended).code, 130);
  });
});

describe("tink describe", () => {
  test("shows a machine with what happened to it", async () => {
    await apply(hardwareYaml("seen", mac(32), "{rack: a}"));
    const spec = { source: "lab", type: "PoweredOn", message: "seen was powered on", hardware: "seen", mac: mac(32) };
    const time = new Date().toISOString();
    await bench.clients(kinds.MachineEvent).create({
      metadata: { generateName: "seen-", namespace: "default" },
      spec: { ...spec, time },
    });
    const { code, stdout } = await bench.run("describe", "hardware/seen");
    assert.equal(code, 0);
    assert.match(stdout, /^Name: +seen\nNamespace: +default\nKind: +Hardware \(tinkerbell\.org\/v1alpha1\)\n/);
    assert.match(stdout, /^Labels: +rack=a$/m);
    assert.match(stdout, new RegExp(`^ +mac: ${mac(32)}$`, "m"));
    assert.match(stdout, /^ +AGE +TYPE .*\n +\d+s +PoweredOn +lab +seen was powered on$/m);
  });

  test("leaves out what happened to one of the same name that was deleted", async () => {
    await apply(hardwareYaml("again", mac(34)));
    const past = { source: "lab", type: "PoweredOn", message: "the one before", hardware: "again" };
    for (const [secondsAgo, message] of [
      [3600, "the one before"],
      [0, "the one that is"],
    ] as const)
      await bench.clients(kinds.MachineEvent).create({
        metadata: { generateName: "again-", namespace: "default" },
        spec: { ...past, message, time: new Date(Date.now() - secondsAgo * 1000).toISOString() },
      });
    const { stdout } = await bench.run("describe", "hardware/again");
    assert.match(stdout, /the one that is/);
    assert.doesNotMatch(stdout, /the one before/);
  });

  test("shows a workflow, and why it cannot start", async () => {
    await apply(workflowYaml("lost", "no-such-template", "no-such-machine", mac(33)));
    const failed = bench
      .clients(kinds.Workflow)
      .waitFor(
        { namespace: "default", name: "lost" },
        (workflow) => workflow?.status?.templateRendering === "failed",
        AbortSignal.timeout(60_000),
      );
    await failed;
    const { stdout, stderr } = await bench.run("describe", "wf", "lost");
    assert.equal(stderr, "");
    assert.match(stdout, /^Status:[\s\S]*no-such-template/m);
  });

  test("an object that is not there is exit code 3", async () => {
    const { code, stderr } = await bench.run("describe", "workflow/nobody");
    assert.deepEqual([code, stderr], [3, 'tink: There is no workflow "nobody" in namespace default.\n']);
  });
});

describe("tink explain", () => {
  test("says what a machine waits for, by name and by MAC", async () => {
    const card = `mac: ${mac(48)}\n      ip: {address: 10.99.0.48, netmask: 255.255.255.0}`;
    await apply(hardwareYaml("idle", mac(48)).replace(`mac: ${mac(48)}`, card));
    const bare = mac(48).replaceAll(":", "");
    const switches = [bare, `${bare.slice(0, 4)}.${bare.slice(4, 8)}.${bare.slice(8)}`];
    const macs = [mac(48).toUpperCase(), mac(48).replaceAll(":", "-"), ...switches];
    for (const name of ["idle", "hw/idle", "hardware idle", ...macs, "10.99.0.48"].map((words) => words.split(" "))) {
      const { code, stdout } = await bench.run("explain", ...name);
      assert.equal(code, 0, name.join(" "));
      assert.match(stdout, /^No workflow is for idle.*\n[\s\S]*^ {2}next: apply a Workflow with hardwareRef: idle$/m);
    }
  });

  test("says it of several, each after its word, and goes on after one that is not there", async () => {
    await apply(`${hardwareYaml("several-1", mac(90))}---\n${hardwareYaml("several-2", mac(91))}`);
    const { code, stdout, stderr } = await bench.run("explain", "several-1", "hw/nobody-there", "hw/several-2");
    assert.match(
      stdout,
      /^several-1: No workflow is for several-1,.*\n[\s\S]*^hw\/several-2: No workflow is for several-2/m,
    );
    assert.deepEqual([code, /There is no hardware "nobody-there"/.test(stderr)], [3, true]);
    const byKind = await bench.run("explain", "hardware", "several-1", "several-2", "-o", "json");
    assert.equal(JSON.parse(byKind.stdout).length, 2);
    assert.equal((await bench.run("explain", "template", "several-1")).code, 2);
  });

  test("programs read it as JSON, and are told of any other format that there is none", async () => {
    const { stdout } = await bench.run("explain", "52:54:00:ff:ff:ff", "-o", "json");
    assert.deepEqual(JSON.parse(stdout), {
      state: "Nothing is known of this machine.",
      because: [],
      todo: ["apply a Hardware with its MAC, or switch it on"],
    });
    assert.equal((await bench.run("explain", "52:54:00:ff:ff:ff", "-o", "yaml")).code, 2);
  });

  test("a MAC that nothing describes is named with what to do", async () => {
    const { code, stdout } = await bench.run("explain", "52:54:00:ff:ff:ff");
    assert.deepEqual([code, /next: apply a Hardware with its MAC/.test(stdout)], [0, true]);
  });

  test("a machine whose Hardware was deleted under its workflow is explained by its name and by its MAC", async () => {
    const manifests = [
      hardwareYaml("lost", mac(50)),
      templateYaml("lost-t"),
      workflowYaml("lost-w", "lost-t", "lost", mac(50)),
    ];
    await apply(manifests.join("---\n"));
    const key = { namespace: "default", name: "lost-w" };
    await bench
      .clients(kinds.Workflow)
      .waitFor(key, (found) => found?.status?.state === "PENDING", AbortSignal.timeout(10_000));
    await bench.run("delete", "hw/lost");
    const isMissed = (found?: Workflow) =>
      found?.status?.conditions?.some(({ type }) => type === "HardwareMissing") ?? false;
    await bench.clients(kinds.Workflow).waitFor(key, isMissed, AbortSignal.timeout(10_000));
    for (const machine of ["lost", mac(50)])
      assert.match(
        (await bench.run("explain", machine)).stdout,
        /^Workflow lost-w .*\n {2}because Hardware lost was deleted while/,
      );
  });

  test("a workflow is a machine's by its agent too, however a template spells that", async () => {
    const other = [hardwareYaml("agent-of", mac(51)), hardwareYaml("described", mac(52)), templateYaml("agent-t")];
    await apply([...other, workflowYaml("agent-w", "agent-t", "described", mac(51).toUpperCase())].join("---\n"));
    const key = { namespace: "default", name: "agent-w" };
    const isRendered = (found?: Workflow) => found?.status?.agentID === mac(51).toUpperCase();
    await bench.clients(kinds.Workflow).waitFor(key, isRendered, AbortSignal.timeout(10_000));
    for (const machine of ["agent-of", mac(51), "described", "wf/agent-w"])
      assert.match((await bench.run("explain", machine)).stdout, /agent-w/);
  });

  test("a name that is nearly one that is there is told with that one", async () => {
    await apply([hardwareYaml("rack-7", mac(61)), templateYaml("near-t")].join("---\n"));
    await apply(workflowYaml("install-7", "near-t", "rack-7", mac(61)));
    for (const [words, meant] of [
      ["rakc-7", "hardware/rack-7"],
      ["hw/rack_7", "hardware/rack-7"],
      ["instal-7", "workflow/install-7"],
      ["wf/instlal-7", "workflow/install-7"],
    ] as const) {
      const { code, stderr } = await bench.run("explain", words);
      assert.deepEqual([code, /did you mean (\S+)\?/.exec(stderr)?.[1]], [3, meant], stderr);
    }
    assert.doesNotMatch((await bench.run("explain", "wholly-other-name")).stderr, /did you mean/);
  });

  test("a machine that is not there is exit code 3", async () => {
    for (const words of ["nobody", "one two three", "hw nobody", "wf/nobody", "10.99.99.99", "2001:db8::99"])
      assert.equal((await bench.run("explain", ...words.split(" "))).code, 3, words);
    for (const words of ["tpl/idle", "hw/", "", "no-such/kind"])
      assert.equal((await bench.run("explain", ...words.split(" "))).code, 2, words);
  });
});

describe("of several objects, one of which is not there", () => {
  before(async () => apply(`${templateYaml("there-1")}---\n${templateYaml("there-2")}`));
  const names = ["tpl", "there-1", "nobody", "there-2"];
  const missing = /^tink: .*"nobody".*\n$/;

  for (const words of [["get"], ["get", "-o", "yaml"], ["get", "-o", "name"], ["describe"]])
    test(`tink ${words.join(" ")} shows the others`, async () => {
      const { code, stdout, stderr } = await bench.run(...words, ...names);
      assert.match(stdout, /there-1[\s\S]*there-2/);
      assert.match(stderr, missing);
      assert.equal(code, 3);
    });

  test("tink delete removes the others, and says how many", async () => {
    const { code, stdout, stderr } = await bench.run("delete", ...names);
    assert.equal(stdout, "template.tinkerbell.org/there-1 deleted\ntemplate.tinkerbell.org/there-2 deleted\n");
    assert.match(stderr, /^tink: .*"nobody" not found\n2 of 3 were deleted or marked for deletion\n$/);
    assert.equal(code, 3);
  });
});

describe("tink delete", () => {
  test("removes by name and by file, and says so", async () => {
    const file = await bench.file("delete.yaml", `${templateYaml("del-1")}---\n${templateYaml("del-2")}`);
    await bench.run("apply", "-f", file);
    assert.equal((await bench.run("delete", "tpl", "del-1")).stdout, "template.tinkerbell.org/del-1 deleted\n");
    const rest = await bench.run("delete", "-f", file, "--ignore-not-found");
    assert.deepEqual(rest, { code: 0, stdout: "template.tinkerbell.org/del-2 deleted\n", stderr: "" });
  });

  describe("what a finalizer holds", () => {
    const key = { namespace: "default", name: "held" };
    beforeEach(async () => {
      await apply(hardwareYaml("held", mac(80)).replace("labels: {}", "finalizers: [example.org/audit]"));
    });
    afterEach(async () => {
      await bench
        .clients(kinds.Hardware)
        .patch(key, { metadata: { finalizers: null } })
        .catch(() => undefined);
    });
    const marked = "hardware.tinkerbell.org/held marked for deletion\n";
    const holder =
      "hardware.tinkerbell.org/held is held by finalizer example.org/audit: whoever put it there is not done with it";

    test("is waited for, who holds it being said, until it is gone", async () => {
      const deleting = bench.start("delete", "hw/held");
      await deleting.saw(/marked for deletion/);
      assert.match((await bench.run("get", "hw/held")).stdout, /^held .* Deleting /m);
      assert.match(
        (await bench.run("explain", "held")).stdout,
        /because Hardware held is being deleted, .*example\.org\/audit/,
      );
      await bench.clients(kinds.Hardware).patch(key, { metadata: { finalizers: null } });
      assert.deepEqual(await deleting.ended, {
        code: 0,
        stdout: `${marked}hardware.tinkerbell.org/held deleted\n`,
        stderr: `${holder}\n`,
      });
    });

    test("is applied with a warning that it goes, and is said to have gone when the file let it go", async () => {
      await bench.run("delete", "hw/held", "--wait=false");
      const held = hardwareYaml("held", mac(80)).replace("labels: {}", "finalizers: [example.org/audit]");
      for (const yaml of [held, held.replace("allowPXE: true", "allowPXE: false")]) {
        const { code, stderr } = await bench.run("apply", "-f", await bench.file("held.yaml", yaml));
        assert.equal(code, 0);
        assert.match(stderr, /^Warning: .*hardware\/held is being deleted: apply it again when it has gone\n$/);
      }
      const free = await bench.file("free.yaml", hardwareYaml("held", mac(80)));
      const { stdout } = await bench.run("apply", "-f", free);
      assert.equal(stdout, "hardware.tinkerbell.org/held deleted, as it was to be: apply it again\n");
      assert.equal((await bench.run("apply", "-f", free)).stdout, "hardware.tinkerbell.org/held created\n");
    });

    test("is not waited for with --wait=false, and not for ever without", async () => {
      assert.deepEqual(await bench.run("delete", "hw/held", "--wait=false"), {
        code: 0,
        stdout: marked,
        stderr: `${holder}\n`,
      });
      const { code, stderr } = await bench.run("delete", "hw/held", "--timeout", "1s", "--wait");
      assert.equal(code, 4);
      assert.match(stderr, /, and is still there after 1 s; whoever put example\.org\/audit on it is to take it off/);
    });
  });

  test("what is not there is exit code 3", async () => {
    const { code, stdout, stderr } = await bench.run("delete", "tpl/nobody");
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /^tink: .*"nobody" not found\n$/);
  });

  test("a kind alone deletes nothing", async () => {
    const { code, stderr } = await bench.run("delete", "templates");
    assert.deepEqual([code, stderr], [2, "tink: Name the templates to delete: template/NAME, -l LABELS, or --all\n"]);
  });
});

describe("tink template render", () => {
  test("renders with a Hardware from a file or from the server", async () => {
    const template = await bench.file("t.yaml", templateYaml("t"));
    const hardware = await bench.file("h.yaml", hardwareYaml("render-1", mac(64)));
    await bench.run("apply", "-f", hardware);
    const common = ["template", "render", "-f", template, "--set", `device_1=${mac(64)}`];
    const fromFile = await bench.run(...common, "--hardware", hardware);
    assert.match(fromFile.stdout, new RegExp(`worker: "${mac(64)}"[\\s\\S]*DISK: /dev/sda`));
    assert.equal((await bench.run(...common, "--hardware", "render-1")).stdout, fromFile.stdout);
    assert.equal((await bench.run(...common, "--hardware", "nobody")).code, 3);
  });

  test("names each problem with its place", async () => {
    const bad = templateYaml("t").replace("        timeout: 60", "        timeout: soon");
    const { code, stderr } = await bench.run(
      ...["template", "render", "-f", await bench.file("bad-t.yaml", bad), "--set", "device_1=a"],
      ...["--hardware", await bench.file("h2.yaml", hardwareYaml("h2", mac(65)))],
    );
    assert.equal(code, 2);
    assert.match(stderr, /^tink: t does not render:\nline 10, column \d+ of the rendered template: .*timeout/);
  });
});

describe("a wrong command line", () => {
  const cases: readonly [words: string[], says: RegExp][] = [
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["get", "hw", "--frob"], /unknown option '--frob'/],
    [["get"], /Name a resource/],
    [["get", "pods"], /There is no resource "pods"/],
    [["get", "hw/a", "b"], /expected KIND\/NAME/],
    [["get", "hw", "-o", "xml"], /expected one of json, yaml, name, wide, jsonpath/],
    [["get", "hw", "-o", "jsonpath={.items["], /column \d+/],
    [["get", "hw,wf", "-w"], /--watch takes one resource/],
    [["apply"], /Name the files to apply: -f FILE/],
    [["delete"], /Name what to delete/],
    [["watch", "tpl/a"], /follows workflows and hardware/],
    [["watch", "wf/a", "--timeout", "soon"], /--timeout.*soon/],
    [["logs", "hw/a"], /hw\/a: only workflows have logs/],
    [["get", "hw", "--field-selector", "spec.nope=a"], /field label not supported/],
    [["logs", "a", "--tail", "few"], /--tail.*few/],
    [["template", "render", "-f", "/x", "--set", "novalue"], /KEY=VALUE/],
  ];
  for (const [words, says] of cases)
    test(`tink ${words.join(" ")} is exit code 2`, async () => {
      const { code, stdout, stderr } = await bench.run(...words);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
});

test("tink version says it, also to programs", async () => {
  assert.match((await bench.run("version")).stdout, /^tink \d+\.\d+\.\d+ \(Node v26/);
  assert.match(JSON.parse((await bench.run("version", "-o", "json")).stdout).version, /^\d+\.\d+\.\d+$/);
});

test("help is no failure", async () => {
  const { code, stdout } = await bench.run("--help");
  assert.equal(code, 0);
  assert.match(stdout, /Exit codes: 0 done/);
});
