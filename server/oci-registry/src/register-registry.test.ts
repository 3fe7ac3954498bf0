import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import type { MachineEventInput } from "@neverland/api";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { layoutBlobs, writeImage, writeLayer } from "@neverland/oci";
import { FileCache } from "@neverland/platform/files/file-cache.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import fastify, { type FastifyInstance } from "fastify";
import { registerRegistry } from "./register-registry.ts";

const run = promisify(execFile);
const events: MachineEventInput[] = [];
let machines: MachineIndex;
let clock: ManualClock;
let dir: string;
let layoutDir: string;
let app: FastifyInstance;
let port: number;
let manifestDigest: string;
let layerDigest: string;
let layerBytes: Buffer;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "registry-"));
  layoutDir = join(dir, "layout");
  await writeFile(join(dir, "secret"), "nobody may read this");
  await addImage("latest", "hello\n".repeat(10_000));
  app = fastify();
  machines = new MachineIndex();
  clock = new ManualClock(0);
  registerRegistry(app, {
    layoutDirs: [join(dir, "not-built-yet"), layoutDir],
    machines,
    clock,
    files: new FileCache({ sizeBytes: 2 ** 26, clock: systemClock }),
    record: (event) => void events.push(event),
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const address = app.server.address();
  assert.ok(address !== null && typeof address === "object");
  port = address.port;
});

after(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

async function addImage(tag: string, content: string): Promise<void> {
  const bytes = Buffer.from(content);
  const layer = await writeLayer([{ type: "file", path: "motd", mode: 0o644, bytes }], layoutBlobs(layoutDir));
  const image = { repository: "tinkerbell/actions/hello", tag, architecture: "amd64", config: {}, layers: [layer] };
  manifestDigest = (await writeImage(layoutDir, image)).digest;
  layerDigest = layer.descriptor.digest;
  layerBytes = await readFile(layer.file);
}

const url = (path: string): string => `http://127.0.0.1:${port}/v2/${path}`;
const repository = "tinkerbell/actions/hello";

async function curl(...args: readonly string[]): Promise<string> {
  return (await run("curl", ["-sS", ...args])).stdout;
}

test("skopeo copies the image, checks its digests, and gets the layer we packed", async () => {
  const to = join(dir, "copy");
  await mkdir(to);
  const from = `docker://127.0.0.1:${port}/${repository}:latest`;
  await run("skopeo", ["copy", "-q", "--src-tls-verify=false", from, `dir:${to}`]);
  assert.ok((await readFile(join(to, layerDigest.slice(7)))).equals(layerBytes));
});

test("skopeo pulls by digest, with another registry's name in front of the repository", async () => {
  const from = `docker://127.0.0.1:${port}/registry.example/${repository}@${manifestDigest}`;
  const { stdout } = await run("skopeo", ["inspect", "--raw", "--tls-verify=false", from]);
  assert.equal(`sha256:${createHash("sha256").update(stdout).digest("hex")}`, manifestDigest);
});

test("skopeo lists the tags", async () => {
  const name = `docker://127.0.0.1:${port}/${repository}`;
  const { stdout } = await run("skopeo", ["list-tags", "--tls-verify=false", name]);
  assert.deepEqual(JSON.parse(stdout).Tags, ["latest"]);
});

test("curl resumes a blob that was cut off", async () => {
  const file = join(dir, "resumed");
  await writeFile(file, layerBytes.subarray(0, 40));
  await curl("-C", "-", "-o", file, url(`${repository}/blobs/${layerDigest}`));
  assert.ok((await readFile(file)).equals(layerBytes));
});

test("a mirror's ?ns= is accepted", async () => {
  const head = await curl("-I", url(`${repository}/manifests/latest?ns=registry.example`));
  assert.match(head, /^HTTP\/1\.1 200 OK/);
  assert.match(head, new RegExp(`docker-content-digest: ${manifestDigest}`));
  assert.match(head, /content-type: application\/vnd\.oci\.image\.manifest\.v1\+json/);
});

test("the standard actions are found by the names that older templates have, and the timeline says what was given", async () => {
  for (const name of ["127.0.0.1/embedded/hello:latest", "quay.io/tinkerbell-actions/hello:v1.0.0", "hello:v1.0.0"]) {
    const [path, tag] = name.split(":");
    const response = await fetch(url(`${path}/manifests/${tag}`));
    assert.deepEqual([response.status, response.headers.get("docker-content-digest")], [200, manifestDigest], name);
  }
  for (const project of ["", "public.ecr.aws/eks-anywhere/", "eks-anywhere/", "10.0.0.9:443/mirror/eks-anywhere/"]) {
    const commit = await fetch(
      url(`${project}tinkerbell/hub/hello/manifests/6c0f0d437bde2c836d90b000312c8b25fa1b65e1`),
    );
    assert.equal(commit.status, 200, project);
  }
  assert.equal((await fetch(url(`embedded/hello/blobs/${layerDigest}`))).status, 200);
  const messages = events.map(({ message }) => message);
  assert.ok(messages.includes(`127.0.0.1 was given image ${repository}:latest, which it calls hello:v1.0.0`));
  for (const path of [
    `hello/manifests/sha256:${"0".repeat(64)}`,
    "embedded/no-such/manifests/latest",
    "other/hello/manifests/v1",
    "tinkerbell/hub/other/hello/manifests/v1",
  ])
    assert.equal((await fetch(url(path))).status, 404, path);
});

test("HEAD of a blob states its length and sends nothing", async () => {
  const response = await fetch(url(`${repository}/blobs/${layerDigest}`), { method: "HEAD" });
  assert.equal(response.headers.get("content-length"), String(layerBytes.length));
  assert.equal((await response.arrayBuffer()).byteLength, 0);
});

test("a range behind the end is answered with 416 and the blob's size", async () => {
  const response = await fetch(url(`${repository}/blobs/${layerDigest}`), { headers: { range: "bytes=999999999-" } });
  assert.equal(response.status, 416);
  assert.equal(response.headers.get("content-range"), `bytes */${layerBytes.length}`);
});

for (const [path, status, code] of [
  [`${repository}/manifests/v9`, 404, "MANIFEST_UNKNOWN"],
  [`${repository}/blobs/sha256:${"0".repeat(64)}`, 404, "BLOB_UNKNOWN"],
  ["library/alpine/manifests/latest", 404, "NAME_UNKNOWN"],
  [`${repository}/manifests/latest/more`, 400, "NAME_INVALID"],
  [`${repository}/uploads/`, 400, "NAME_INVALID"],
] as const)
  test(`GET ${path} is ${code}`, async () => {
    const response = await fetch(url(path));
    assert.equal(response.status, status);
    const body = (await response.json()) as { errors: { code: string }[] };
    assert.deepEqual(
      body.errors.map((error) => error.code),
      [code],
    );
  });

test("who refers to an image is answered by an empty index, since a client takes 404 or 400 for a fault or an old registry", async () => {
  const response = await fetch(url(`${repository}/referrers/sha256:${"0".repeat(64)}`));
  assert.equal(response.headers.get("content-type"), "application/vnd.oci.image.index.v1+json");
  assert.deepEqual(await response.json(), {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [],
  });
  assert.equal((await fetch(url(`${repository}/referrers/latest`))).status, 400);
});

test("repositories and tags are listed, in pages when asked for", async () => {
  await addImage("v2", "other\n");
  const list = async (path: string) => {
    const response = await fetch(new URL(path, url("")));
    return [await response.json(), response.headers.get("link")];
  };
  assert.deepEqual(await list("/v2/_catalog"), [{ repositories: [repository] }, null]);
  const next = `/v2/${repository}/tags/list?n=1&last=latest`;
  assert.deepEqual(await list(`/v2/${repository}/tags/list?n=1`), [
    { name: repository, tags: ["latest"] },
    `<${next}>; rel="next"`,
  ]);
  assert.deepEqual(await list(next), [{ name: repository, tags: ["v2"] }, null]);
});

for (const method of ["PUT", "POST", "PATCH", "DELETE"])
  test(`${method} is 405`, async () => {
    const response = await fetch(url(`${repository}/blobs/uploads/`), { method });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
  });

for (const path of [
  "/v2/../secret",
  "/v2/%2e%2e/secret",
  `/v2/${repository}/blobs/sha256:../../../../secret`,
  `/v2/${repository}/blobs/sha256:..%2f..%2f..%2f..%2fsecret`,
  "/v2/a/../../secret/manifests/latest",
  `/v2/${repository}/blobs/..%00`,
  `/v2/${"a/".repeat(4000)}manifests/latest`,
])
  test(`the raw path ${path.slice(0, 60)} reads nothing outside`, async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 (400|404|414) /);
    assert.doesNotMatch(answer, /nobody may read this/);
  });

test("each image asked for is an event with its reason, on its machine's timeline, and once in a pull", async () => {
  events.length = 0;
  clock.advance(60_000);
  machines.upsert({
    metadata: { namespace: "default", name: "m1" },
    spec: { interfaces: [{ dhcp: { ip: { address: "127.0.0.1" } } }] },
  });
  await fetch(url(`${repository}/manifests/latest`), { method: "HEAD" });
  await fetch(url(`${repository}/manifests/latest`));
  await fetch(url("library/alpine/manifests/3"));
  assert.deepEqual(
    events.map(({ type, reason, hardware, data }) => [type, reason, hardware, data?.image]),
    [
      ["ImageServed", undefined, "default/m1", `${repository}:latest`],
      ["ImageNotFound", "NotInLayout", "default/m1", "library/alpine:3"],
    ],
  );
  assert.match(
    events[1]?.message ?? "",
    /^default\/m1 asked for image library\/alpine:3, which is not here: .* it has /,
  );
  machines.remove({ metadata: { namespace: "default", name: "m1" } });
});

test("a blob that is gone from the disk is named with its machine and image, and told in plain words", async () => {
  events.length = 0;
  clock.advance(60_000);
  const file = join(layoutDir, "blobs", "sha256", layerDigest.slice(7));
  await rename(file, `${file}.away`);
  const response = await fetch(url(`${repository}/blobs/${layerDigest}`));
  await rename(`${file}.away`, file);
  assert.equal(response.status, 503);
  assert.doesNotMatch(await response.text(), /layout|sha256/);
  assert.deepEqual(
    [events[0]?.type, events[0]?.reason, events[0]?.address],
    ["ServerFault", "NoSuchFile", "127.0.0.1"],
  );
});

test("an image that was built meanwhile is served without a restart", async () => {
  await addImage("v2", "new\n");
  const response = await fetch(url(`${repository}/manifests/v2`));
  assert.equal(response.headers.get("docker-content-digest"), manifestDigest);
});
