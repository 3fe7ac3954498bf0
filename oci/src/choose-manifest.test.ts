// Documents as registries serve them, good and bad.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseManifest, parseImageConfig, parseManifest } from "./choose-manifest.ts";
import type { Descriptor } from "./manifest.ts";

const bytes = (document: unknown): Buffer => Buffer.from(JSON.stringify(document));
const digest = (letter: string): `sha256:${string}` => `sha256:${letter.repeat(64)}`;
const entry = (letter: string, os: string, architecture: string): Descriptor => ({
  mediaType: "m",
  digest: digest(letter),
  size: 1,
  platform: { os, architecture },
});

test("the image for this machine is chosen, not the first one", () => {
  const index = { schemaVersion: 2 as const, manifests: [entry("a", "linux", "arm64"), entry("b", "linux", "amd64")] };
  assert.equal(chooseManifest(index, { os: "linux", architecture: "amd64" }).digest, digest("b"));
});

test("a list without an image for this machine says what it has", () => {
  const index = {
    schemaVersion: 2 as const,
    manifests: [entry("a", "linux", "arm64"), entry("b", "windows", "amd64")],
  };
  assert.throws(() => chooseManifest(index, { os: "linux", architecture: "amd64" }), {
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
