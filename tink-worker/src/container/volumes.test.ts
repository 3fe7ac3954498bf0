// Volumes as templates write them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseVolume, parseVolumes } from "./volumes.ts";

for (const [text, source, destination, options] of [
  ["/dev:/dev", "/dev", "/dev", ["rbind", "rw", "rprivate"]],
  ["/dev/console:/dev/console", "/dev/console", "/dev/console", ["rbind", "rw", "rprivate"]],
  ["/lib/firmware:/lib/firmware:ro", "/lib/firmware", "/lib/firmware", ["rbind", "ro", "rprivate"]],
  ["/mnt/:/mnt//a/:rw,rshared", "/mnt", "/mnt/a", ["rbind", "rw", "rshared"]],
  ["/a/../b:/c:z", "/b", "/c", ["rbind", "rw", "rprivate"]],
  ["cache:/cache", "/volumes/cache", "/cache", ["rbind", "rw", "rprivate"]],
] as const)
  test(`"${text}" is a bind of ${source}`, () => {
    assert.deepEqual(parseVolume(text, "/volumes"), { destination, type: "bind", source, options });
  });

for (const text of [
  "",
  "a",
  "/a:b",
  "/a:/",
  "/a:/b/..",
  "../a:/b",
  "/a:/b:wo",
  "/a:/b:ro:x",
  "..:/b",
  "a/b:/c",
  "/scratch",
])
  test(`"${text}" is refused and quoted`, () => {
    assert.throws(
      () => parseVolume(text, "/volumes"),
      (error: Error) => {
        assert.ok(error.message.includes(`"${text}"`));
        return true;
      },
    );
  });

test("outer destinations are mounted before inner ones", () => {
  assert.deepEqual(
    parseVolumes(["/x:/a/b/c", "/y:/a"], "/v").map(({ destination }) => destination),
    ["/a", "/a/b/c"],
  );
});

test("of two volumes at one place the later one counts, as an action's follow its task's", () => {
  const volumes = parseVolumes(["/x:/a", "/dev:/dev", "/y:/a/:ro"], "/v");
  const seen = volumes.map(({ source, destination, options }) => [source, destination, options[1]]);
  assert.deepEqual(seen, [
    ["/y", "/a", "ro"],
    ["/dev", "/dev", "rw"],
  ]);
});
