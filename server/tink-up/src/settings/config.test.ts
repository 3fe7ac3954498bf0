// Configuration from a file, its config.d, the environment and flags: which one wins, and how all that is wrong is told.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Given } from "@neverland/component-kit/read-settings.ts";
import { allSettings, readServerConfig } from "./config.ts";
import { readConfigFiles } from "./config-files.ts";

// What these tests make would be writable by a group elsewhere, and not be believed.
process.umask(0o022);
let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-config-"));
  file = join(dir, "config.yaml");
  await mkdir(join(dir, "config.d"));
});
afterEach(() => rm(dir, { recursive: true }));

const read = (env: Readonly<Record<string, string>> = {}, flags: Given = new Map()) =>
  readServerConfig({ dataDir: "/data", configFile: file, env, flags });

/** What is told of the text, with FILE for the file's path. */
async function problemsOf(text: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  await writeFile(file, text);
  const error = await read(env).then(
    () => assert.fail("it was read"),
    (reason: Error) => reason,
  );
  return error.message.replaceAll(file, "FILE");
}

test("plain HTTP beyond loopback is warned of, wherever it is said, and on loopback it is not", async () => {
  const risk = /the resource API is served over plain HTTP at 0\.0\.0\.0: whoever is on the way .* reads its token/;
  await writeFile(file, "api: { listen: '0.0.0.0:7480', plainHttp: anywhere }\n");
  assert.match((await read()).warnings.join(), risk);
  await writeFile(file, "api: { plainHttp: anywhere }\n");
  assert.deepEqual((await read()).warnings, []);
  assert.match((await read({ TINK_API_LISTEN: "0.0.0.0:7480" })).warnings.join(), risk);
});

test("a whole file becomes the settings of every component", async () => {
  await writeFile(
    file,
    `apiVersion: config.neverland.dev/v1alpha1
dataDir: /srv/neverland
only: [boots, api]
log: { level: Debug }
boots:
  interfaces: [eth1, eth2, eth1]
  dhcp:
    port: 1067
  ipxe: { architectures: ["7=ipxe.efi"] }
  hook:
  # nothing yet
hegel: { instanceEndpoint: true }
`,
  );
  const { settings, shared, server } = await read();
  assert.deepEqual([shared.dataDir, shared.boots.interfaces], ["/srv/neverland", ["eth1", "eth2"]]);
  assert.deepEqual([server.only, server.log.level], [["boots", "api"], "debug"]);
  assert.deepEqual(
    ["boots.dhcp.port", "hegel.instanceEndpoint", "boots.tftp.port"].map((path) => settings.get(path)),
    [1067, true, 69],
  );
  assert.deepEqual(settings.get("boots.ipxe.architectures"), new Map([[7, "ipxe.efi"]]));
});

test("config.d goes before the file by its names, variables before it, flags before all", async () => {
  await writeFile(file, "boots: { http: { port: 1 }, dhcp: { port: 1 }, tftp: { port: 1 }, interfaces: [a, b] }\n");
  await writeFile(join(dir, "config.d/20-late.yaml"), "boots: { dhcp: { port: 3 }, interfaces: [c] }\n");
  await writeFile(join(dir, "config.d/10-early.yaml"), "boots: { http: { port: 2 }, dhcp: { port: 2 } }\n");
  await writeFile(join(dir, "config.d/notes.txt"), "not read");
  const flags: Given = new Map([["boots.tftp.port", { from: "flag", value: "5", name: "--tftp-port" }]]);
  const { settings, shared } = await read({ TINK_BOOTS_HTTP_PORT: "4", TINK_BOOTS_TFTP_PORT: "4" }, flags);
  assert.deepEqual(
    ["boots.http.port", "boots.dhcp.port", "boots.tftp.port"].map((path) => settings.get(path)),
    [4, 3, 5],
  );
  assert.deepEqual(shared.boots.interfaces, ["c"]);
});

describe("what lies in config.d is not believed", () => {
  const dropIn = () => join(dir, "config.d/10-mine.yaml");
  beforeEach(() => writeFile(file, ""));

  test("in a folder that others may write", async () => {
    await writeFile(dropIn(), "boots: { http: { port: 2 } }\n");
    await chmod(join(dir, "config.d"), 0o777);
    await assert.rejects(read(), /config\.d \S+config\.d is not believed: others may write it \(mode 777\)/);
  });

  test("when others may write it", async () => {
    await writeFile(dropIn(), "boots: { http: { port: 2 } }\n");
    await chmod(dropIn(), 0o666);
    await assert.rejects(read(), /10-mine\.yaml is not believed: others may write it \(mode 666\)/);
  });

  test("when a link leads to where others may write, and nothing of what is there is told", async () => {
    await mkdir(join(dir, "open"));
    await writeFile(join(dir, "open/shadow"), "root:$6$secret:1::\n");
    await chmod(join(dir, "open"), 0o777);
    await symlink("../open/shadow", dropIn());
    await assert.rejects(
      read(),
      (error: Error) =>
        /others may write the folder \S+open \(mode 777\)/.test(error.message) && !/secret/.test(error.message),
    );
  });

  test("when links go round", async () => {
    await symlink("10-mine.yaml", dropIn());
    await assert.rejects(read(), /10-mine\.yaml is not believed: \S+ goes round in links/);
  });

  test("when it is a pipe, and nobody waits for it", { timeout: 10_000 }, async () => {
    execFileSync("mkfifo", ["-m", "644", dropIn()]);
    await assert.rejects(read(), /10-mine\.yaml is not believed: it is no regular file/);
  });

  test("when it is larger than settings ever are", async () => {
    await writeFile(dropIn(), "#".repeat(1024 * 1024 + 1));
    await assert.rejects(read(), /it has 1048577 bytes, and at most 1048576 are read/);
  });
});

describe("the file that nobody named", () => {
  const readUnnamed = () => readConfigFiles(allSettings, undefined, file);

  test("need not be there, nor its folder", async () => {
    assert.deepEqual((await readUnnamed()).given, []);
    assert.deepEqual((await readConfigFiles(allSettings, undefined, join(dir, "none/config.yaml"))).given, []);
  });

  test("is not believed when others may write it, or its folder", async () => {
    await writeFile(file, "dataDir: /srv/theirs\n");
    assert.equal((await readUnnamed()).given.length, 1);
    await chmod(file, 0o666);
    const first = async () => (await readUnnamed()).problems[0] ?? "";
    assert.match(await first(), /the configuration \S+ is not believed: others may write it \(mode 666\)/);
    await chmod(file, 0o644);
    await chmod(dir, 0o777);
    assert.match(await first(), /others may write the folder \S+ \(mode 777\)/);
  });

  test("that leads nowhere is told so", async () => {
    await symlink("/nowhere/config.yaml", file);
    assert.deepEqual((await readUnnamed()).problems, [
      `the configuration ${file}: it leads to /nowhere/config.yaml, where there is nothing`,
    ]);
  });
});

test("all that is wrong is told at once: values, files that are not believed, and a folder that others share", async () => {
  const shared = join(dir, "shared");
  await mkdir(shared);
  await chmod(shared, 0o1777);
  await writeFile(join(dir, "config.d/10-mine.yaml"), "boots: { http: { port: 2 } }\n");
  await chmod(join(dir, "config.d/10-mine.yaml"), 0o666);
  await symlink("/nowhere/b.yaml", join(dir, "config.d/20-b.yaml"));
  const lines = (await problemsOf(`dataDir: ${shared}\nboots: { dhcp: { port: x } }\n`)).split("\n");
  assert.equal(lines[0], "tink up: 4 settings are wrong");
  for (const part of [
    /dhcp\.port/,
    /10-mine\.yaml is not believed/,
    /20-b\.yaml: it leads to/,
    /shared cannot be the data folder: .*sticky/,
  ])
    assert.equal(lines.filter((line) => part.test(line)).length, 1, `${part} in ${lines.join(" | ")}`);
});

test("of a named file it is only said that others may write it", async () => {
  await writeFile(file, "");
  assert.deepEqual((await read()).warnings, []);
  await chmod(file, 0o666);
  const [warning, ...others] = (await read()).warnings;
  assert.match(warning ?? "", /^--config \S+config\.yaml: others may write it \(mode 666\); look what is in it/);
  assert.deepEqual(others, []);
});

test("a link in config.d that leads nowhere is told with where it leads", async () => {
  await writeFile(file, "");
  await symlink("/nowhere/b.yaml", join(dir, "config.d/b.yaml"));
  await assert.rejects(read(), /config\.d \S+b\.yaml: it leads to \/nowhere\/b\.yaml, where there is nothing$/);
});

test("links are followed as a ConfigMap's mount has them: to a folder that is changed as one", async () => {
  await writeFile(file, "");
  await rm(join(dir, "config.d"), { recursive: true });
  await mkdir(join(dir, "mount/..2026_05_01"), { recursive: true });
  await writeFile(join(dir, "mount/..2026_05_01/10-mine.yaml"), "boots: { http: { port: 2 } }\n");
  await symlink("..2026_05_01", join(dir, "mount/..data"));
  await symlink("..data/10-mine.yaml", join(dir, "mount/10-mine.yaml"));
  await symlink(join(dir, "mount"), join(dir, "config.d"));
  const { settings } = await read();
  assert.equal(settings.get("boots.http.port"), 2);
});

test("of a name that is no setting only the beginning is quoted", async () => {
  assert.match(await problemsOf(`${"x".repeat(100)}: 1\n`), /: x{60}… is no setting/);
});

test("everything that is wrong is told at once, each with its place", async () => {
  const text = `apiVersion: v2
boots:
  dchp: { port: 67 }
  listen: 10.0.0.999
  interfaces:
    - eth1
    - "a b"
hegel: yes please
log:
  level: loud
api: { tls: { names: ["a b"] } }
`;
  assert.equal(
    await problemsOf(text, { TINK_TINK_SERVER_PORT: "many", TINK_BOOTS_DHPC_PORT: "67" }),
    `tink up: 8 settings are wrong
FILE:1:13: apiVersion v2: expected config.neverland.dev/v1alpha1
FILE:3:3: boots.dchp is no setting; did you mean boots.dhcp?
FILE:8:8: hegel is a section: expected settings in it, such as instanceEndpoint
FILE:7:7: boots.interfaces a b: expected the name of a network interface such as eth1
FILE:4:11: boots.listen 10.0.0.999: expected an IPv4 address such as 10.0.0.1
TINK_TINK_SERVER_PORT many: expected a port from 0 to 65535
FILE:11:23: api.tls.names a b: expected a host name such as tink.example.com, or an address
FILE:10:10: log.level loud: expected one of trace, debug, info, warn, error, fatal, silent
besides, the environment has TINK_BOOTS_DHPC_PORT, which is no setting; did you mean TINK_BOOTS_DHCP_PORT?`,
  );
});

describe("one thing that is wrong", () => {
  const cases: readonly [text: string, problem: string][] = [
    ["dhcp: { port: 67 }", "FILE:1:1: dhcp is no setting; did you mean boots.dhcp?"],
    ["boots:\n  wrong: 1", "FILE:2:3: boots.wrong is no setting; there are "],
    ["boots:\n  listen:", "FILE:2:10: boots.listen has no value: give it one, or leave it out"],
    ["boots: [a", "FILE:1:"],
    ["- boots", "FILE:1:1: expected settings by name, such as boots: "],
    ["boots:\n  http: { port: '80' }", "FILE:2:17: boots.http.port 80: expected a number: write it without quotes"],
    ["boots: { interfaces: eth1 }", "FILE:1:22: boots.interfaces eth1: expected a list"],
    ["boots: { dhcp: { enabled: 1 } }", "FILE:1:27: boots.dhcp.enabled 1: expected true or false"],
    ["only: [boots, dhcp]", "FILE:1:15: only dhcp: expected some of boots, hegel, "],
    [
      "boots:\n  dhcp:\n    enabled: false",
      "FILE:3:14: boots.interfaces is needed with boots.dhcp.enabled: false, or nothing is served by TFTP either",
    ],
    [
      "tinkServer:\n  tls:\n    keyFile: key.pem",
      "FILE:3:14: tinkServer.tls.certificateFile is needed with tinkServer.tls.keyFile",
    ],
    ["boots: 1\nboots: 2", "FILE:2:1: "],
  ];
  for (const [text, problem] of cases)
    test(text, async () => {
      const told = await problemsOf(text);
      assert.equal(told.slice(0, "tink up: ".length + problem.length), `tink up: ${problem}`);
    });
});

test("YAML whose keys are mappings is refused in no time", { timeout: 10_000 }, async () => {
  assert.match(await problemsOf(`${"? ".repeat(800)}a`), /^tink up: FILE:1:\d+: /);
});

test("a file that was named and is not there is told by what named it", async () => {
  await assert.rejects(read(), /--config \S+config\.yaml: there is no such file/);
  const other = readServerConfig({ dataDir: "/data", env: { TINK_CONFIG: "/nowhere.yaml" }, flags: new Map() });
  await assert.rejects(other, /TINK_CONFIG \/nowhere\.yaml: there is no such file/);
});

test("a variable that is almost a setting's is warned of, and others are not", async () => {
  await writeFile(file, "");
  const { warnings } = await read({
    TINK_BOOTS_DHPC_PORT: "67",
    TINK_SERVER_SERVICE_HOST: "10.0.0.1",
    TINK_TOKEN: "t",
  });
  assert.deepEqual(warnings, [
    "the environment has TINK_BOOTS_DHPC_PORT, which is no setting; did you mean TINK_BOOTS_DHCP_PORT?",
  ]);
});

test("blanks around the items of a list in a variable are not a part of them", async () => {
  await writeFile(file, "");
  const { shared } = await read({ TINK_BOOTS_INTERFACES: " eth1 , eth2" });
  assert.deepEqual(shared.boots.interfaces, ["eth1", "eth2"]);
});
