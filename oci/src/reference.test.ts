// References as people write them, and what they name.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OciError } from "./oci-error.ts";
import { formatReference, parseReference } from "./reference.ts";

const digest = `sha256:${"a".repeat(64)}` as const;
const refused = { name: "OciError", code: "bad-reference" };

test("a host with a port is no tag", () => {
  assert.deepEqual(parseReference("registry.test:5000/tinkerbell/actions/kexec"), {
    registry: "registry.test:5000",
    repository: "tinkerbell/actions/kexec",
    tag: "latest",
  });
});

test("a tag beside a digest is kept, and no tag is invented", () => {
  assert.deepEqual(parseReference(`localhost/a:v1@${digest}`), {
    registry: "localhost",
    repository: "a",
    tag: "v1",
    digest,
  });
  assert.deepEqual(parseReference(`localhost/a@${digest}`), { registry: "localhost", repository: "a", digest });
});

test("a name without a host is the default registry's, with its prefix before single words", () => {
  const defaults = { defaultRegistry: "hub.test/library" };
  assert.equal(formatReference(parseReference("alpine", defaults)), "hub.test/library/alpine:latest");
  assert.equal(formatReference(parseReference("jane/tool:2", defaults)), "hub.test/jane/tool:2");
  assert.equal(formatReference(parseReference("alpine:3", { defaultRegistry: "hub.test:80" })), "hub.test:80/alpine:3");
});

test("a name without a host and without a default has no registry", () => {
  assert.deepEqual(parseReference("tinkerbell/actions/reboot"), {
    registry: "",
    repository: "tinkerbell/actions/reboot",
    tag: "latest",
  });
});

test("an IPv6 host is a host", () => {
  assert.equal(parseReference("[fd00::1]:5000/a/b:c").registry, "[fd00::1]:5000");
});

for (const text of [
  "",
  "/",
  "a//b",
  "http://a.test/b",
  "A/b/../c",
  "localhost:99999/a",
  "[fd00::zz]/a",
  "a/B",
  "a:",
  "a:b:c",
  "a@sha256:12",
  "x.test/",
  "a b",
  "-a.test/b",
  `a@${digest}@${digest}`,
])
  test(`"${text.slice(0, 20)}" is refused`, () => {
    assert.throws(() => parseReference(text), refused);
  });

test("any text is either refused by name or read and written back the same", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9.:@/_-]{0,40}$/), (text) => {
      try {
        const first = parseReference(text);
        assert.deepEqual(parseReference(formatReference(first)), first);
      } catch (error) {
        assert.ok(error instanceof OciError);
      }
    }),
  );
});
