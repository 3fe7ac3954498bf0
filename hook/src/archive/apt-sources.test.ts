import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIndexTargets, sourcesList } from "./apt-sources.ts";

const debian = "http://mirror.example/debian/|bookworm|main|Debian|$(SIGNED_BY)";

test("each Debian suite is taken once, whatever its components", () => {
  const suites = parseIndexTargets([debian, debian.replace("|main|", "|contrib|"), debian, ""].join("\n"));
  assert.deepEqual(suites, [{ uri: "http://mirror.example/debian/", release: "bookworm", keyring: undefined }]);
});

test("repositories of other vendors are left out", () => {
  const other = "http://packages.example/apt|stable|main|Some Vendor|/usr/share/keyrings/vendor.gpg";
  assert.equal(parseIndexTargets(`${debian}\n${other}\n`).length, 1);
});

test("before the first update, a suite signed by Debian's own keys counts as Debian", () => {
  const line = "http://mirror.example/debian|trixie|main|$(ORIGIN)|/usr/share/keyrings/debian-archive-keyring.gpg";
  assert.equal(parseIndexTargets(line)[0]?.release, "trixie");
});

test("a machine whose apt has no lists yet has no suites yet", () => {
  assert.deepEqual(parseIndexTargets("\n"), []);
});

test("a sources.list line names keys, components, mirror and suite", () => {
  const text = sourcesList(parseIndexTargets(debian), ["main", "non-free-firmware"], "/keys.gpg");
  assert.equal(text, "deb [signed-by=/keys.gpg] http://mirror.example/debian/ bookworm main non-free-firmware\n");
});
