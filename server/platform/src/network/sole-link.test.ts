// Links beside one that may bring a broadcast, in a network namespace, with and without a /sys that shows it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const lay = [
  "ip link set lo up",
  "ip link add sole0 type veth peer name part0 && ip link add bare0 type veth peer name down0",
  "ip link add bridge0 type bridge && ip link set part0 master bridge0",
  "for l in sole0 part0 bare0 bridge0; do ip link set $l up; done",
  "ip addr add 10.1.0.1/24 dev sole0 && ip addr add 10.2.0.1/24 dev bridge0",
];

/** What `linksBeside` says of each of these links. @param before Shell commands. */
function besideOf(links: readonly string[], ...before: readonly string[]): string[][] {
  const module = new URL("./sole-link.ts", import.meta.url).href;
  const program = `
    import { linksBeside } from ${JSON.stringify(module)};
    console.log(JSON.stringify(${JSON.stringify(links)}.map((link) => linksBeside(link).sort())));`;
  const unshare = process.getuid?.() === 0 ? ["-nm"] : ["-rnm"];
  const script = `set -e; ${[...lay, ...before].join("; ")}; exec "$0" --input-type=module -e "$1"`;
  const run = spawnSync("unshare", [...unshare, "sh", "-c", script, process.execPath, program], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal(run.stderr, "");
  return JSON.parse(run.stdout) as string[][];
}

test("links that are down, and parts of a bridge, bring none; one without an address does", () => {
  const itsOwnSys = "mount -t sysfs sysfs /sys";
  assert.deepEqual(besideOf(["sole0", "bridge0"], itsOwnSys), [
    ["bare0", "bridge0"],
    ["bare0", "sole0"],
  ]);
  assert.deepEqual(besideOf(["sole0"], itsOwnSys, "ip link del bare0", "ip link set bridge0 down"), [[]]);
});

test("where /sys is another namespace's, each link may bring some", () => {
  assert.deepEqual(besideOf(["sole0"]), [["bare0", "bridge0", "down0", "part0"]]);
});
