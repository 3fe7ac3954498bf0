// Documents as registries serve them, good and bad.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fittingManifests, type Platform, parseImageConfig, parseManifest } from "./choose-manifest.ts";
import type { Descriptor } from "./manifest.ts";

const bytes = (document: unknown): Buffer => Buffer.from(JSON.stringify(document));
const digest = (letter: string): `sha256:${string}` => `sha256:${letter.repeat(64)}`;
const entry = (letter: string, os: string, architecture: string, variant?: string): Descriptor => ({
  mediaType: "m",
  digest: digest(letter),
  size: 1,
  platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
});
const digestsFor = (platform: Platform, ...manifests: readonly Descriptor[]) =>
  fittingManifests({ schemaVersion: 2, manifests }, platform).map((each) => each.digest);
const amd64 = { os: "linux", architecture: "amd64" };

test("the image for this machine is chosen, not the first one", () => {
  assert.deepEqual(digestsFor(amd64, entry("a", "linux", "arm64"), entry("b", "linux", "amd64")), [digest("b")]);
});

test("of images for newer and older processors that for all of them is the first", () => {
  const newer = entry("a", "linux", "amd64", "v3");
  assert.deepEqual(digestsFor(amd64, newer, entry("b", "linux", "amd64")), [digest("b"), digest("a")]);
  assert.deepEqual(digestsFor(amd64, newer, entry("b", "linux", "amd64", "v1")), [digest("b"), digest("a")]);
  assert.deepEqual(digestsFor(amd64, newer), [digest("a")]);
  const arm = { os: "linux", architecture: "arm64" };
  assert.deepEqual(digestsFor(arm, entry("a", "linux", "arm64", "v9"), entry("b", "linux", "arm64", "v8")), [
    digest("b"),
    digest("a"),
  ]);
});

test("what says no platform may be for this machine, where nothing else is", () => {
  const unlabelled = { mediaType: "m", digest: digest("a"), size: 1 };
  const other = { ...unlabelled, digest: digest("b") };
  assert.deepEqual(digestsFor(amd64, unlabelled, other), [digest("a"), digest("b")]);
  assert.deepEqual(digestsFor(amd64, unlabelled, entry("c", "linux", "amd64")), [digest("c")]);
});

test("a list without an image for this machine says what it has", () => {
  const index = {
    schemaVersion: 2 as const,
    manifests: [entry("a", "linux", "arm64"), entry("b", "windows", "amd64")],
  };
  assert.throws(() => fittingManifests(index, { os: "linux", architecture: "amd64" }), {
    code: "bad-image",
    message: /made for linux\/arm64, windows\/amd64, not for linux\/amd64/,
  });
});

test("a config's nulls mean the same as its missing fields", () => {
  const config = {
    architecture: "amd64",
    os: "linux",
    config: { Entrypoint: null, Cmd: ["a"] },
    rootfs: { diff_ids: [digest("c")] },
  };
  assert.deepEqual(parseImageConfig(bytes(config), 1).config, { User: "", WorkingDir: "", Cmd: ["a"] });
});

test("a config with other layers than the manifest is refused", () => {
  assert.throws(() => parseImageConfig(bytes({ rootfs: { diff_ids: [] } }), 1), {
    code: "bad-image",
    message: /0 diff_ids for 1 layers/,
  });
});

for (const [what, document] of [
  ["no JSON", undefined],
  ["null", null],
  ["schema 1", { schemaVersion: 1, config: entry("a", "", ""), layers: [] }],
  ["no layers", { schemaVersion: 2, config: entry("a", "", "") }],
  [
    "a digest that is a path",
    { schemaVersion: 2, config: { ...entry("a", "", ""), digest: "sha256:../.." }, layers: [] },
  ],
  ["a negative size", { schemaVersion: 2, config: { ...entry("a", "", ""), size: -1 }, layers: [] }],
  ["too many layers", { schemaVersion: 2, config: entry("a", "", ""), layers: Array(128).fill(entry("a", "", "")) }],
] as const)
  test(`a manifest with ${what} is refused`, () => {
    assert.throws(() => parseManifest(document === undefined ? Buffer.from("{") : bytes(document)), {
      code: "bad-image",
    });
  });
