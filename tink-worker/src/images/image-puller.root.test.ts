// Images from a real registry in this process onto a real disk.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { HttpClient, mediaTypes, OciError, parseReference, platformOf } from "@neverland/oci";
import { digestOf, startTestRegistry, type TestRegistry } from "@neverland/oci/testing";
import { tarOf } from "../testing/tar-of.ts";
import { ImagePuller, type PullConfig } from "./image-puller.ts";
import { imageSources } from "./image-sources.ts";
import { LayerStore } from "./layer-store.ts";

const layerA = tarOf({ "etc/motd": "hello", "bin/tool": "x" });
const layerB = tarOf({ "etc/issue": "there" });

async function setUp(t: TestContext): Promise<{
  registry: TestRegistry;
  mirror: TestRegistry;
  stateDir: string;
  puller: (config: Partial<PullConfig>, bootId?: string) => ImagePuller;
}> {
  const [registry, mirror] = [await startTestRegistry(), await startTestRegistry()];
  const stateDir = mkdtempSync(join(tmpdir(), "puller-test-"));
  t.after(async () => {
    rmSync(stateDir, { recursive: true });
    await registry[Symbol.asyncDispose]();
    await mirror[Symbol.asyncDispose]();
  });
  const puller = (config: Partial<PullConfig>, bootId = "boot"): ImagePuller =>
    new ImagePuller(
      { insecure: new Set([registry.host]), logins: [], aliases: new Map(), ...config },
      {
        get: new HttpClient().get,
        pause: async (_backoff, _failures, signal) => signal.throwIfAborted(),
        layers: new LayerStore({ stateDir, bootId, preloadedDir: join(stateDir, "preloaded") }),
        platform: platformOf(process.arch),
      },
    );
  return { registry, mirror, stateDir, puller };
}

const silent = (): void => {};

test("an image comes with its config and its layers, the lowest first", async (t) => {
  const { registry, puller } = await setUp(t);
  registry.image("a/b:v1", [layerA, layerB], { Entrypoint: ["/bin/tool"], Env: ["A=1"] });
  const image = await puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal);
  assert.deepEqual(image.config.Entrypoint, ["/bin/tool"]);
  assert.deepEqual(
    image.layers.map(({ directory }) => readdirSync(join(directory, "etc"))),
    [["motd"], ["issue"]],
  );
});

test("a layer that is there is not fetched again", async (t) => {
  const { registry, puller } = await setUp(t);
  registry.image("a/one:latest", [layerA]);
  registry.image("a/two:latest", [layerA, layerB]);
  const progress: number[] = [];
  await puller({}).pull(`${registry.host}/a/one`, silent, t.signal);
  const before = registry.requests.length;
  await puller({}).pull(`${registry.host}/a/two`, (done, total) => progress.push(done / total), t.signal);
  assert.equal(registry.requests.slice(before).filter((line) => line.includes("/blobs/")).length, 2); // its config and one layer
  assert.equal(progress.at(-1), 1);
});

test("the mirror is asked first, and told which registry is meant", async (t) => {
  const { registry, mirror, puller } = await setUp(t);
  mirror.image("a/b:v1", [layerA]);
  await puller({ mirror: mirror.url }).pull("elsewhere.test/a/b:v1", silent, t.signal);
  assert.equal(mirror.requests[0], "GET /v2/a/b/manifests/v1?ns=elsewhere.test");
  assert.deepEqual(registry.requests, []);
});

test("what the mirror does not have comes from the registry that the image names", async (t) => {
  const { registry, mirror, puller } = await setUp(t);
  registry.image("a/b:v1", [layerA]);
  const image = await puller({ mirror: mirror.url }).pull(`${registry.host}/a/b:v1`, silent, t.signal);
  assert.equal(readFileSync(join(image.layers[0]?.directory ?? "", "etc/motd"), "utf8"), "hello");
});

test("a mirror that is down is no obstacle", async (t) => {
  const { registry, mirror, puller } = await setUp(t);
  registry.image("a/b:v1", [layerA]);
  await mirror[Symbol.asyncDispose]();
  const image = await puller({ mirror: mirror.url }).pull(`${registry.host}/a/b:v1`, silent, t.signal);
  assert.equal(image.layers.length, 1);
});

test("credentials go to the registry they are for, and never to the mirror", async (t) => {
  const { registry, mirror, puller } = await setUp(t);
  registry.image("a/b:v1", [layerA]);
  registry.faults.auth = "basic";
  const logins = [{ registry: registry.host, username: "jane", password: "s3cret" }];
  await puller({ mirror: mirror.url, logins }).pull(`${registry.host}/a/b:v1`, silent, t.signal);
  assert.deepEqual([...new Set(mirror.authorizations)], [""]);
  assert.ok(registry.authorizations.some((value) => value.startsWith("Basic ")));
});

test("credentials of another registry are not sent, and the failure says that none were", async (t) => {
  const { registry, puller } = await setUp(t);
  registry.faults.auth = "basic";
  const logins = [{ registry: "other.test", username: "jane", password: "s3cret" }];
  await assert.rejects(puller({ logins }).pull(`${registry.host}/a/b:v1`, silent, t.signal), {
    code: "image",
    message: /no credentials were given/,
  });
  assert.deepEqual(registry.authorizations, [""]);
});

test("a preloaded layer is used where it lies, and its blob never asked for", async (t) => {
  const { registry, stateDir, puller } = await setUp(t);
  registry.image("a/b:v1", [layerA, layerB]);
  const preloaded = join(stateDir, "preloaded", digestOf(layerA).replace(":", "-"));
  mkdirSync(preloaded, { recursive: true });
  writeFileSync(join(preloaded, "marker"), "");
  const image = await puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal);
  assert.equal(image.layers[0]?.directory, preloaded);
  assert.equal(registry.requests.filter((line) => line.includes("/blobs/")).length, 2);
});

test("a list of images is searched for this machine's", async (t) => {
  const { registry, puller } = await setUp(t);
  const digest = registry.image("a/b:amd", [layerA]);
  const platform = { os: "linux", architecture: platformOf(process.arch).architecture };
  const entry = { mediaType: mediaTypes.manifest, digest, size: 1, platform };
  const manifests = [
    { ...entry, digest: `sha256:${"f".repeat(64)}`, platform: { os: "linux", architecture: "s390x" } },
    entry,
  ];
  registry.manifest("a/b:v1", { schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index);
  assert.equal((await puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal)).layers.length, 1);
});

test("a layer that is not what the config says is refused, and leaves nothing behind", async (t) => {
  const { registry, stateDir, puller } = await setUp(t);
  const config = {
    os: "linux",
    architecture: "amd64",
    config: {},
    rootfs: { type: "layers", diff_ids: [digestOf(layerB)] },
  };
  const configBlob = registry.blob(Buffer.from(JSON.stringify(config)), mediaTypes.config);
  registry.manifest(
    "a/b:v1",
    { schemaVersion: 2, config: configBlob, layers: [registry.blob(layerA)] },
    mediaTypes.manifest,
  );
  await assert.rejects(puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal), { message: /but the image says/ });
  assert.deepEqual(readdirSync(join(stateDir, "layers")), []);
});

test("a failure names every place that was asked", async (t) => {
  const { registry, mirror, puller } = await setUp(t);
  await assert.rejects(
    puller({ mirror: mirror.url }).pull(`${registry.host}/a/b:v1`, silent, t.signal),
    (error: Error) => {
      assert.match(error.message, new RegExp(`mirror ${mirror.host}: .*404.*registry ${registry.host}: .*404`, "s"));
      return true;
    },
  );
  assert.equal(registry.requests.length, 1);
});

test("a registry that comes back in time is waited for", async (t) => {
  const { registry, puller } = await setUp(t);
  registry.image("a/b:v1", [layerA]);
  registry.faults.unavailable = 3;
  assert.equal((await puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal)).layers.length, 1);
});

const dockerNames = [
  ["docker.io/library/alpine:3.20", "library/alpine/manifests/3.20"],
  ["docker.io/alpine", "library/alpine/manifests/latest"],
  ["index.docker.io/library/alpine", "library/alpine/manifests/latest"],
  ["alpine:3.20", "library/alpine/manifests/3.20"],
  ["bash", "library/bash/manifests/latest"],
  ["curlimages/curl:8.11.0", "curlimages/curl/manifests/8.11.0"],
] as const;

test("Docker's names mean what they mean to Docker, once our own registry has no image of that name", async (t) => {
  const { registry, mirror, puller } = await setUp(t);
  const docker = { aliases: new Map([["docker.io", registry.host]]), insecure: new Set(["docker.io"]) };
  for (const name of ["library/alpine:3.20", "library/alpine:latest", "library/bash:latest", "curlimages/curl:8.11.0"])
    registry.image(name, [layerA]);
  for (const [name, path] of dockerNames) {
    const image = await puller({ mirror: mirror.url, ...docker }).pull(name, silent, t.signal);
    assert.equal(image.layers.length, 1);
    assert.equal(
      registry.requests.findLast((line) => line.includes("/manifests/")),
      `GET /v2/${path}`,
      name,
    );
  }
  mirror.image("alpine:3.20", [layerA]);
  const before = registry.requests.length;
  await puller({ mirror: mirror.url, ...docker }).pull("alpine:3.20", silent, t.signal);
  assert.equal(registry.requests.length, before);
});

test("Docker's registry is asked where it is, and a default registry in its place", async (t) => {
  const { puller } = await setUp(t);
  const closed = { insecure: new Set(["docker.io"]), aliases: new Map([["elsewhere.test", "127.0.0.1:1"]]) };
  const asked: string[] = [];
  const get = async (url: URL): Promise<never> => {
    asked.push(url.origin);
    throw new OciError("not-found", "nothing is here");
  };
  const sources = (name: string, defaultRegistry?: string) =>
    imageSources(parseReference(name, { defaultRegistry }), { ...closed, logins: [] }, { get, pause: async () => {} });
  for (const [name, defaultRegistry] of [["docker.io/a/b"], ["a"], ["a", "elsewhere.test"]] as const)
    for (const { client } of sources(name, defaultRegistry))
      await client.manifest("a", "latest", t.signal).catch(() => undefined);
  assert.deepEqual(asked, ["http://registry-1.docker.io", "http://registry-1.docker.io", "https://127.0.0.1:1"]);
  await assert.rejects(puller({}).pull("A", silent, t.signal), { code: "bad-reference" });
});

const layout = join(import.meta.dirname, "../../../oci/fixtures/index-of-indexes");

test("a list of images that leads to another, as Buildx pushes with an attestation, is followed", async (t) => {
  const { registry, puller } = await setUp(t);
  for (const name of readdirSync(join(layout, "blobs/sha256"))) {
    const bytes = readFileSync(join(layout, "blobs/sha256", name));
    registry.blob(bytes);
    const mediaType = /"mediaType": "(application\/vnd\.oci\.image\.(?:index|manifest)\.v1\+json)"/.exec(
      String(bytes),
    )?.[1];
    if (mediaType !== undefined) registry.manifest(`a/b:${name}`, bytes, mediaType);
  }
  const [top] = JSON.parse(readFileSync(join(layout, "index.json"), "utf8")).manifests;
  const image = await puller({}).pull(`${registry.host}/a/b@${top.digest}`, silent, t.signal);
  assert.deepEqual(image.config.Entrypoint, ["/bin/x"]);
});

test("lists of images that lead to each other are followed only so far", async (t) => {
  const { registry, puller } = await setUp(t);
  const platform = { os: "linux", architecture: platformOf(process.arch).architecture };
  let digest = registry.image("a/b:inner", [layerA]);
  const pull = () => puller({}).pull(`${registry.host}/a/b@${digest}`, silent, t.signal);
  for (let depth = 1; depth <= 5; depth++) {
    const manifests = [{ mediaType: mediaTypes.index, digest, size: 1, platform }];
    digest = registry.manifest("a/b:v1", { schemaVersion: 2, manifests }, mediaTypes.index);
    if (depth === 4) assert.equal((await pull()).layers.length, 1);
  }
  await assert.rejects(pull(), { code: "image", message: /its lists of images lie 4 deep and more/ });
});

test("lists that fan out to no image are given up after a dozen manifests", async (t) => {
  const { registry, puller } = await setUp(t);
  const none = { schemaVersion: 2, manifests: [] };
  const listOf = (tag: string, digests: readonly string[]) => {
    const manifests = digests.map((digest) => ({ mediaType: mediaTypes.index, digest, size: 1 }));
    return registry.manifest(`a/b:${tag}`, { schemaVersion: 2, manifests, annotations: { tag } }, mediaTypes.index);
  };
  const leaves = (at: number) =>
    Array.from({ length: 5 }, (_, leaf) =>
      registry.manifest(`a/b:${at}-${leaf}`, { ...none, annotations: { leaf: `${at}-${leaf}` } }, mediaTypes.index),
    );
  listOf(
    "v1",
    Array.from({ length: 5 }, (_, at) => listOf(`l${at}`, leaves(at))),
  );
  await assert.rejects(puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal), { code: "image" });
  assert.equal(registry.requests.filter((request) => request.includes("/manifests/")).length, 12);
});

test("of lists that say no platform, as a tool joins them, that with this machine's image is found", async (t) => {
  const { registry, puller } = await setUp(t);
  const architecture = platformOf(process.arch).architecture;
  const listOf = (tag: string, digest: string, arch: string) => {
    const manifests = [
      { mediaType: mediaTypes.manifest, digest, size: 1, platform: { os: "linux", architecture: arch } },
    ];
    return registry.manifest(`a/b:${tag}`, { schemaVersion: 2, manifests }, mediaTypes.index);
  };
  const digest = registry.image("a/b:inner", [layerA]);
  const lists = [listOf("other", digest, "s390x"), listOf("this", digest, architecture)];
  const manifests = lists.map((each) => ({ mediaType: mediaTypes.index, digest: each, size: 1 }));
  registry.manifest("a/b:v1", { schemaVersion: 2, manifests }, mediaTypes.index);
  assert.equal((await puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal)).layers.length, 1);
});

test("on a full disk other images make room, and an image too large for it says so", async (t) => {
  const { registry, stateDir, puller } = await setUp(t);
  const layers = join(stateDir, "layers");
  const noise = (sizeBytes: number): Buffer => tarOf({ noise: randomBytes(sizeBytes / 2).toString("hex") });
  for (const [name, sizeBytes] of [
    ["one", 600_000],
    ["two", 700_000],
    ["huge", 1_800_000],
  ] as const)
    registry.image(`a/${name}:latest`, [noise(sizeBytes)]);
  mkdirSync(layers);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", layers]);
  try {
    const pull = puller({});
    await pull.pull(`${registry.host}/a/one`, silent, t.signal);
    await pull.pull(`${registry.host}/a/two`, silent, t.signal);
    assert.equal(readdirSync(layers).length, 1);
    await assert.rejects(pull.pull(`${registry.host}/a/huge`, silent, t.signal), { message: /there is no space left/ });
  } finally {
    execFileSync("umount", [layers]);
  }
});

test("a layer of before the machine restarted is fetched again: power may have gone before all of it was on the disk", async (t) => {
  const { registry, stateDir, puller } = await setUp(t);
  registry.image("a/one:latest", [layerA]);
  await puller({}).pull(`${registry.host}/a/one`, silent, t.signal);
  const layer = join(stateDir, "layers", digestOf(layerA).replace(":", "-"));
  writeFileSync(join(layer, "layer.json"), "");
  writeFileSync(join(layer, "fs/etc/motd"), "");
  const image = await puller({}, "next boot").pull(`${registry.host}/a/one`, silent, t.signal);
  assert.deepEqual(
    image.layers.map(({ directory }) => readFileSync(join(directory, "etc/motd"), "utf8")),
    ["hello"],
  );
});

test("unused layers are removed, used ones stay", async (t) => {
  const { registry, stateDir, puller } = await setUp(t);
  registry.image("a/b:v1", [layerA, layerB]);
  await puller({}).pull(`${registry.host}/a/b:v1`, silent, t.signal);
  new LayerStore({ stateDir, bootId: "boot" }).prune(new Set([digestOf(layerB)]));
  assert.deepEqual(readdirSync(join(stateDir, "layers")), [digestOf(layerB).replace(":", "-")]);
});
