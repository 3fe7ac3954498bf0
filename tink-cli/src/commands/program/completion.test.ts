// Completion as people meet it: Tab pressed in real shells, against a real server; then what the shells ask for.
import assert from "node:assert/strict";
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type CliBench, openCliBench, startCli } from "../../testing/cli-bench.ts";
import { InteractiveShell, type ShellName } from "../../testing/interactive-shell.ts";
import { hardwareYaml, templateYaml, workflowYaml } from "../../testing/manifests.ts";

let bench: CliBench;
let dir: string;
before(async () => {
  bench = await openCliBench();
  dir = await mkdtemp(join(tmpdir(), "tink-completion-"));
  const main = join(import.meta.dirname, "../../main.ts");
  await writeFile(join(dir, "tink"), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, { mode: 0o755 });
  await symlink(bench.dir, join(dir, "a folder"));
  const macs = ["52:54:00:bb:00:01", "52:54:00:bb:00:02"] as const;
  const objects = [
    ...[hardwareYaml("machine-one", macs[0]), hardwareYaml("machine-two", macs[1])],
    ...[templateYaml("recipe"), workflowYaml("order", "recipe", "machine-one", macs[0])],
  ];
  const far = templateYaml("distant").replace("metadata:\n", "metadata:\n  namespace: far\n");
  const file = await bench.file("objects.yaml", [...objects, far].join("---\n"));
  assert.equal((await bench.run("apply", "-f", file)).code, 0);
});
after(async () => {
  await bench.close();
  await rm(dir, { recursive: true });
});

/** What is typed, and what one Tab makes of it. */
const completions: readonly [what: string, typed: string, line: string][] = [
  ["a command of a command", "tink lab pow", "tink lab power "],
  ["an option", "tink demo --firm", "tink demo --firmware "],
  ["an option's value after =", "tink demo --firmware=u", "tink demo --firmware=uefi "],
  ["a kind", "tink get h", "tink get hardware "],
  ["a name", "tink -n far get tpl d", "tink -n far get tpl distant "],
  ["a name after its kind", "tink describe hw/machine-t", "tink describe hw/machine-two "],
  ["a file", "tink apply -f obj", "tink apply -f objects.yaml "],
  ["a file after =", "tink apply --filename=obj", "tink apply --filename=objects.yaml "],
  ["tink by its path", "../tink vers", "../tink version "],
];

for (const name of ["bash", "zsh", "fish"] as const satisfies readonly ShellName[])
  describe(`Tab in ${name} completes`, { timeout: 180_000 }, () => {
    let shell: InteractiveShell;
    before(async () => {
      const home = join(dir, name);
      await mkdir(home);
      await writeFile(join(home, "objects.yaml"), "");
      const { server, token } = bench.connection;
      // Compiled code is kept between runs, as ./tink does.
      const cache = { NODE_COMPILE_CACHE: join(dir, "compiled") };
      const way = { TINK_SERVER: server, TINK_TOKEN: token, TINK_CA: join(bench.dir, "tls/ca.crt") };
      const env = { PATH: `${dir}:${process.env.PATH}`, ...way, ...cache };
      shell = await InteractiveShell.start(name, `tink completion ${name}`, home, env);
    });
    after(() => shell.close());

    for (const [what, typed, line] of completions)
      test(what, async () => {
        assert.equal((await shell.complete(typed)).line, line);
      });

    test("what it can be to a list of all there is", async () => {
      const kinds = (await shell.complete("tink get ", 2)).shown;
      for (const kind of [
        "hardware",
        "templates",
        "workflows",
        "workflowrulesets",
        "machineevents",
        "machineviews",
        "actionreports",
        "accesstokens",
        "machines",
        "jobs",
        "tasks",
        "leases",
        "namespaces",
        "secrets",
      ])
        assert.ok(kinds.includes(kind), kinds);
      const machines = (await shell.complete("tink delete hw ", 3)).shown;
      assert.match(machines, /machine-one[\s\S]*machine-two/);
      assert.doesNotMatch(machines, /order|recipe|hardware|objects/);
    });

    test("with the names of the server that --data-dir names, quoted as it may be", async () => {
      const typed = `tink --data-dir '${join(dir, "a folder")}' get tpl rec`;
      assert.equal((await shell.complete(typed)).line, `${typed}ipe `);
    });

    test("without running any of what was typed", async () => {
      await shell.complete("tink get $(touch run) `touch run` h");
      await assert.rejects(access(join(dir, name, "run")), { code: "ENOENT" });
    });
  });

/** What follows the words, of which the last is being typed. */
async function following(...words: readonly string[]): Promise<string[]> {
  const { code, stdout } = await bench.start("complete", "--", "--data-dir", bench.dir, ...words).ended;
  assert.equal(code, 0);
  return stdout.split("\n").flatMap((line) => line.split("\t")[0] || []);
}

describe("what can follow", () => {
  const cases: readonly [words: readonly string[], values: readonly string[]][] = [
    [
      ["watch", ""],
      [
        "hardware",
        "templates",
        "workflows",
        "workflowrulesets",
        "machineevents",
        "machineviews",
        "actionreports",
        "accesstokens",
        "machines",
        "jobs",
        "tasks",
        "leases",
        "namespaces",
        "secrets",
      ],
    ],
    [
      ["get", "hw", ""],
      ["machine-one", "machine-two"],
    ],
    [["get", "hw", "machine-one", "machine-t"], ["machine-two"]],
    [["delete", "tpl/"], ["tpl/recipe"]],
    [["logs", ""], ["order"]],
    [["explain", "hw/machine-t"], ["hw/machine-two"]],
    [["--token=wrong", "get", "hw", ""], []],
    [["-n", "far", "get", "hw", ""], []],
    [["get", "pods", ""], []],
    [["get", "hw/a", ""], []],
    [["up", "--data-d"], ["--data-dir"]],
    [["demo", "--keep", "--f"], ["--firmware"]],
    [["demo", "--firmware", "--"], []],
    [["lab", "exec", "--", "--"], []],
    [["frobnicate", ""], []],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["comp"], ["completion"]],
  ];
  for (const [words, values] of cases)
    test(`tink ${words.join(" ")}`, async () => {
      assert.deepEqual(await following(...words), values);
    });

  test("is said with what it is", async () => {
    const { stdout } = await startCli(["complete", "--line", "tink vers"]).ended;
    assert.equal(stdout, "version\tprint the version\n");
  });
});

test("a shell that there is no script for is exit code 2", async () => {
  const { code, stderr } = await startCli(["completion", "tcsh"]).ended;
  assert.equal(code, 2);
  assert.match(stderr, /bash, zsh, fish/);
});
