// Needs root: containers are run, and file systems mounted, for real.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFile, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ImageRunner, imageRunner } from "../testing/image-runner.ts";
import { serveImage } from "../testing/image-server.ts";
import type { Ended } from "../testing/run-for-real.ts";
import { type ActionImages, buildActionImages } from "./action-images.ts";
import { buildNodeBase, type NodeBase } from "./node-base.ts";

const MiB = 1 << 20;
let dir: string;
let base: NodeBase;
let images: ActionImages;
let run: ImageRunner;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "action-images-"));
  [base, images] = await build("one");
  run = imageRunner(images.layoutDir, base.rootDir, dir);
});
after(async () => await rm(dir, { recursive: true }));

async function build(name: string): Promise<[NodeBase, ActionImages]> {
  const outDir = join(dir, name);
  const built = await buildNodeBase({ nodeBinary: process.execPath, outDir });
  return [built, await buildActionImages({ base: built, outDir })];
}

test("a second build elsewhere, with another umask, is the same byte for byte", async () => {
  const umask = process.umask(0o077);
  const [otherBase, other] = await build("other").finally(() => process.umask(umask));
  assert.deepEqual(otherBase.layer.descriptor, base.layer.descriptor);
  const index = async (layoutDir: string): Promise<string> => await readFile(join(layoutDir, "index.json"), "utf8");
  assert.equal(await index(other.layoutDir), await index(images.layoutDir));
});

for (const action of ["image2disk", "writefile", "cexec", "kexec", "reboot"])
  test(`skopeo copies the image of ${action}, and so checks its digests`, () => {
    const from = `oci:${images.layoutDir}:tinkerbell/actions/${action}:latest`;
    const seen = JSON.parse(execFileSync("skopeo", ["inspect", from], { encoding: "utf8" }));
    assert.equal(seen.Layers[0], base.layer.descriptor.digest);
    execFileSync("skopeo", ["copy", "-q", from, `docker-archive:${dir}/${action}.tar:${action}:latest`]);
  });

test("what an action adds to the base layer is small", async () => {
  const blobs = join(images.layoutDir, "blobs/sha256");
  const sizes = await Promise.all((await readdir(blobs)).map(async (name) => (await stat(join(blobs, name))).size));
  assert.deepEqual(
    sizes
      .sort((a, b) => b - a)
      .slice(1)
      .filter((bytes) => bytes > 256 << 10),
    [],
  );
});

/** A disk with ext4 and busybox on it, for as long as `use` takes; checked by fsck at the end. */
async function withFilesystem(use: (device: string) => Promise<void>): Promise<string> {
  const tree = await mkdtemp(join(dir, "tree-"));
  await mkdir(join(tree, "bin"));
  await mkdir(join(tree, "etc"));
  await copyFile(join(base.rootDir, "usr/bin/busybox"), join(tree, "bin/busybox"));
  await symlink("busybox", join(tree, "bin/sh"));
  await symlink("../run/systemd/resolve/stub-resolv.conf", join(tree, "etc/resolv.conf"));
  const file = `${tree}.img`;
  await writeFile(file, Buffer.alloc(32 * MiB));
  execFileSync("mkfs.ext4", ["-q", "-d", tree, file]);
  const device = execFileSync("losetup", ["-f", "--show", file], { encoding: "utf8" }).trim();
  try {
    await use(device);
  } finally {
    execFileSync("losetup", ["-d", device]);
  }
  execFileSync("fsck.ext4", ["-fn", file], { stdio: "pipe" });
  return file;
}

/** What debugfs finds in the file system: no mount of ours is involved. */
function look(file: string, request: string): string {
  return execFileSync("debugfs", ["-R", request, file], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function assertEnded({ exitCode, stdout, stderr }: Ended, expected: number, pattern: RegExp): void {
  assert.equal(exitCode, expected, stdout + stderr);
  assert.match(stdout, pattern);
}

const fileSettings = { FS_TYPE: "ext4", UID: "1000", GID: "1001", MODE: "0640", DIRMODE: "0750" };

test("writefile puts a file with its folders, owner and modes on ext4", async () => {
  const file = await withFilesystem(async (device) => {
    const settings = { ...fileSettings, DEST_DISK: device, DEST_PATH: "/etc/cloud/cfg.d/x.cfg", CONTENTS: "a: 'ü'\n" };
    assertEnded(await run("writefile", settings), 0, /the file is written/);
    assertEnded(await run("writefile", settings), 0, /the file is written/);
  });
  assert.equal(look(file, "cat /etc/cloud/cfg.d/x.cfg"), "a: 'ü'\n");
  assert.match(look(file, "stat /etc/cloud/cfg.d/x.cfg"), /Mode: +0640[\s\S]*User: +1000 +Group: +1001/);
  assert.match(look(file, "stat /etc/cloud"), /Mode: +0750[\s\S]*User: +1000 +Group: +1001/);
  assert.match(look(file, "stat /etc"), /Mode: +0755[\s\S]*User: +0 +Group: +0/);
});

test("writefile on the wrong file system names device and type", async () => {
  await withFilesystem(async (device) => {
    const settings = { ...fileSettings, FS_TYPE: "vfat", DEST_DISK: device, DEST_PATH: "/x" };
    assertEnded(await run("writefile", settings), 1, new RegExp(`${device} could not be mounted as vfat`));
  });
});

test("cexec runs an interpreter's line in the system on the disk, with its names resolved as the container's", async () => {
  const file = await withFilesystem(async (device) => {
    const settings = {
      BLOCK_DEVICE: device,
      FS_TYPE: "ext4",
      CHROOT: "y",
      DEFAULT_INTERPRETER: "/bin/sh -c",
      CMD_LINE:
        'echo "two  words; one" > /etc/made; busybox cat /etc/resolv.conf; busybox ls -d /dev/null /proc/1 /sys/class',
      UPDATE_RESOLV_CONF: "true",
    };
    assertEnded(
      await run("cexec", settings),
      0,
      /nameserver 192\.0\.2\.53[\s\S]*\/dev\/null[\s\S]*\/proc\/1[\s\S]*\/sys\/class/,
    );
  });
  assert.equal(look(file, "cat /etc/made"), "two  words; one\n");
  assert.equal(look(file, "ls -p /run"), "", "what was made for resolv.conf is gone again");
});

test("cexec without interpreter runs each command, by flags as by environment, where the disk is mounted", async () => {
  const file = await withFilesystem(async (device) => {
    const args = [
      "-block-device",
      device,
      "--fs-type=ext4",
      "-cmd-line",
      "touch /mountAction/a;  cp  /mountAction/a /mountAction/b",
    ];
    assertEnded(await run("cexec", {}, { args }), 0, /the command line is done/);
  });
  assert.match(look(file, "stat /b"), /Type: regular/);
});

test("cexec ends with 30 and says with what the command ended", async () => {
  await withFilesystem(async (device) => {
    const common = { BLOCK_DEVICE: device, FS_TYPE: "ext4", CHROOT: "y" };
    const failing = { ...common, DEFAULT_INTERPRETER: "/bin/sh -c", CMD_LINE: "exit 3" };
    assertEnded(await run("cexec", failing), 30, /\\"\/bin\/sh -c exit 3\\" ended with exit code 3/);
    const missing = { ...common, CMD_LINE: "/bin/none" };
    assertEnded(await run("cexec", missing), 30, /ended with exit code 127: there is no such program on the disk/);
  });
});

test("cexec ends with 20 for missing values and 10 for unknown flags", async () => {
  assertEnded(
    await run("cexec", {}),
    20,
    /BLOCK_DEVICE: it is not set.*FS_TYPE: it is not set.*CMD_LINE: it is not set/,
  );
  assertEnded(await run("cexec", {}, { args: ["-nonsense"] }), 10, /is no flag of cexec.*-block-device/);
});

test("kexec finds the kernel and its program runs, but what is no kernel is not loaded", async () => {
  await withFilesystem(async (device) => {
    const settings = { BLOCK_DEVICE: device, FS_TYPE: "ext4", TINK_WORKER: "neverland" };
    const ended = await run("kexec", { ...settings, KERNEL_PATH: "/bin/busybox" });
    assertEnded(ended, 1, /\/mountAction\/bin\/busybox could not be loaded\. It must be an x86-64 Linux kernel/);
    assert.doesNotMatch(ended.stdout, /shared librar/);
    assertEnded(
      await run("kexec", { ...settings, KERNEL_PATH: "/boot/none" }),
      1,
      /\/boot\/none \(KERNEL_PATH\) is not on/,
    );
  });
});

test("reboot leaves the flag for the worker", async () => {
  const worker = await mkdtemp(join(dir, "worker-"));
  assertEnded(await run("reboot", {}, { worker }), 0, /the machine will restart/);
  assert.ok((await lstat(join(worker, "reboot"))).isFile());
});

test("reboot runs the command that a template gives, and says what volume is missing", async () => {
  const worker = await mkdtemp(join(dir, "worker-"));
  assert.equal((await run("reboot", {}, { worker, args: ["touch", "/worker/reboot"] })).exitCode, 0);
  assert.ok((await lstat(join(worker, "reboot"))).isFile());
  assertEnded(await run("reboot", {}), 1, /give this action the volume \/worker:\/worker/);
});

for (const [name, program] of [
  ["a.xz", "xz"],
  ["a.bz2", "bzip2"],
] as const)
  test(`image2disk in its image has what it needs for ${name} and for zeros`, async () => {
    const image = Buffer.concat([randomBytes(MiB), Buffer.alloc(30 * MiB), randomBytes(512)]);
    await using server = await serveImage({
      body: execFileSync(program, ["-c"], { input: image, maxBuffer: 64 * MiB }),
    });
    const file = join(dir, "disk");
    await writeFile(file, Buffer.alloc(40 * MiB, 0xee));
    const device = execFileSync("losetup", ["-f", "--show", file], { encoding: "utf8" }).trim();
    try {
      const IMG_URL = `http://127.0.0.1:${server.port}/${name}`;
      const ended = await run("image2disk", { IMG_URL, DEST_DISK: device, COMPRESSED: "true" });
      assertEnded(ended, 0, /the image is on the disk/);
      const written = ended.lines.find((line) => line.msg === "the image is on the disk");
      assert.ok(Number(written?.skippedBytes) > 29 * MiB);
    } finally {
      execFileSync("losetup", ["-d", device]);
    }
    assert.ok((await readFile(file)).subarray(0, image.length).equals(image));
  });
