import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startCli } from "../../testing/cli-bench.ts";

let dpkgDir: string;
before(async () => {
  dpkgDir = await mkdtemp(join(tmpdir(), "demo-dpkg-"));
  const installed = ["qemu-system-x86", "mtools"].map((name) => `Package: ${name}\nStatus: install ok installed\n`);
  await writeFile(
    join(dpkgDir, "status"),
    installed.map((entry) => `${entry}Version: 1\nArchitecture: all\n`).join("\n"),
  );
  process.env.DPKG_ADMINDIR = dpkgDir;
});
after(async () => await rm(dpkgDir, { recursive: true }));

test("an ordinary user is told of every missing package at once, with the line that installs them, and nothing is begun", async () => {
  const { code, stdout, stderr } = await startCli(["demo"]).ended;
  assert.equal(code, 69);
  assert.equal(stdout, "");
  assert.match(stderr, /^These Debian packages are missing, and only root may install them:$/m);
  assert.match(stderr, /^ {2}uidmap: installing Debian into a folder without root$/m);
  const line = /^ {2}sudo apt-get install --no-install-recommends (.*)\n$/m.exec(stderr)?.[1]?.split(" ") ?? [];
  for (const name of ["ovmf", "ipxe", "mmdebstrap", "squashfs-tools"]) assert.ok(line.includes(name), stderr);
  for (const name of ["qemu-system-x86", "mtools"]) assert.ok(!line.includes(name), stderr);
});
