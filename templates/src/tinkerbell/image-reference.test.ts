import assert from "node:assert/strict";
import { test } from "node:test";
import { imageReferenceProblem } from "./image-reference.ts";

const HEX = "0123456789abcdef".repeat(4);

const valid = [
  "alpine",
  "alpine:3.20",
  "tinkerbell/actions/image2disk",
  "registry.example/tinkerbell/actions/image2disk:latest",
  "127.0.0.1/embedded/writefile",
  "localhost:5000/a/b-c__d.e:v1.0",
  "[fd00::1]:5000/a",
  "Registry.Example/a",
  `registry.example/a@sha256:${HEX}`,
  `a:tag@sha256:${HEX}`,
];
for (const image of valid) {
  test(`${image} is an image reference`, () => assert.equal(imageReferenceProblem(image), undefined));
}

const invalid: readonly (readonly [string, RegExp])[] = [
  ["", /no image/],
  ["Alpine", /lowercase/],
  ["a b", /invalid/],
  ["a:", /tag/],
  ["a:b c", /tag/],
  ["/a", /invalid/],
  ["a//b", /invalid/],
  ["a/b/", /invalid/],
  ["-a/b", /invalid/],
  ["a@sha256:12", /digest/],
  ["a@sha256:xyz@b", /invalid/],
  [HEX, /image ID/],
  [`${"a".repeat(300)}`, /255/],
  ["registry.example/a:{{.tag}}", /tag|invalid/],
];
for (const [image, expected] of invalid) {
  test(`"${image.slice(0, 40)}" is no image reference`, () =>
    assert.match(imageReferenceProblem(image) ?? "", expected));
}
