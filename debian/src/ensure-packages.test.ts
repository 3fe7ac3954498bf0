import assert from "node:assert/strict";
import { test } from "node:test";
import { ensurePackages, MissingPackagesError, missingPackages } from "./ensure-packages.ts";

const absent = { package: "neverland-no-such-package", purpose: "nothing" };
const present = { package: "dpkg", purpose: "asking what is installed" };

test("names the packages that are missing, once each, and not those that are there", async () => {
  assert.deepEqual(await missingPackages([absent, present, absent]), [absent]);
});

test("an ordinary user is told the exact line and nothing is run", async () => {
  const said: string[] = [];
  const attempt = ensurePackages([present, absent], { say: (line) => said.push(line), isRoot: false });
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof MissingPackagesError);
    assert.equal(error.command, "apt-get install --no-install-recommends neverland-no-such-package");
    assert.match(error.message, /sudo apt-get install/);
    return true;
  });
  assert.deepEqual(said, []);
});

test("root's failed installation names the package and quotes apt", async () => {
  const said: string[] = [];
  const attempt = ensurePackages([absent], { say: (line) => said.push(line), isRoot: true });
  await assert.rejects(
    attempt,
    /neverland-no-such-package ended with exit code 100|Unable to locate package|apt-get update/,
  );
  assert.deepEqual(said, [
    "These Debian packages are missing:",
    "  neverland-no-such-package: nothing",
    "Installing them with apt-get",
  ]);
});
