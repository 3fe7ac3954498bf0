import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeLayer } from "./layer/write-layer.ts";
import type { TarEntry } from "./tar/tar-entry.ts";
import { layoutBlobs, writeImage } from "./write-image.ts";

const entries: readonly TarEntry[] = [
  { type: "directory", path: "etc", mode: 0o755 },
  { type: "file", path: "etc/motd", mode: 0o644, bytes: Buffer.from("hello\n") },
];

async function temporary(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "oci-image-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function writeHello(layoutDir: string, tag: string): Promise<void> {
  const layer = await writeLayer(entries, layoutBlobs(layoutDir));
  const config = { Env: ["A=b"], Entrypoint: ["/bin/true"] };
  await writeImage(layoutDir, { repository: "lab/hello", tag, architecture: "amd64", config, layers: [layer] });
}

test("skopeo finds the image by repository and tag, with its configuration", async (t) => {
  const dir = await temporary(t);
  await writeHello(dir, "latest");
  await writeHello(dir, "v1");
  const seen = JSON.parse(execFileSync("skopeo", ["inspect", `oci:${dir}:lab/hello:latest`], { encoding: "utf8" }));
  assert.equal(seen.Architecture, "amd64");
  assert.equal(seen.Layers.length, 1);
  assert.deepEqual(seen.Env, ["A=b"]);
});

test("skopeo copies the image and so checks every digest, with the diff id of the unpacked layer", async (t) => {
  const dir = await temporary(t);
  await writeHello(join(dir, "layout"), "latest");
  execFileSync("skopeo", ["copy", "-q", `oci:${dir}/layout:lab/hello:latest`, `docker-archive:${dir}/a.tar:hello:1`]);
  const names = execFileSync("tar", ["-tf", `${dir}/a.tar`], { encoding: "utf8" });
  assert.match(names, /manifest\.json/);
});

test("umoci unpacks the files we packed", async (t) => {
  const dir = await temporary(t);
  const layer = await writeLayer(entries, layoutBlobs(dir));
  // umoci allows no slash in a name.
  await writeImage(dir, { repository: "hello", tag: "1", architecture: "amd64", config: {}, layers: [layer] });
  const index = (await readFile(join(dir, "index.json"), "utf8")).replace('"hello:1"', '"one"');
  await writeFile(join(dir, "index.json"), index);
  execFileSync("umoci", ["raw", "unpack", "--rootless", "--image", `${dir}:one`, `${dir}/root`]);
  assert.equal(await readFile(join(dir, "root/etc/motd"), "utf8"), "hello\n");
});

test("a tag written again replaces the older one", async (t) => {
  const dir = await temporary(t);
  await writeHello(dir, "latest");
  await writeHello(dir, "latest");
  const index = JSON.parse(await readFile(join(dir, "index.json"), "utf8"));
  assert.equal(index.manifests.length, 1);
});

test("two builds of one image are the same bytes, and leave no half-written files", async (t) => {
  const [one, other] = [await temporary(t), await temporary(t)];
  await writeHello(one, "latest");
  await writeHello(other, "latest");
  const listing = await readdir(layoutBlobs(one));
  assert.deepEqual(listing.sort(), (await readdir(layoutBlobs(other))).sort());
  assert.equal(listing.length, 3);
  assert.equal(await readFile(join(one, "index.json"), "utf8"), await readFile(join(other, "index.json"), "utf8"));
});

test("an index.json that is not JSON is named and not overwritten", async (t) => {
  const dir = await temporary(t);
  await writeFile(join(dir, "index.json"), "{");
  await assert.rejects(writeHello(dir, "latest"), { name: "OciError", code: "bad-layout" });
  assert.equal(await readFile(join(dir, "index.json"), "utf8"), "{");
});
