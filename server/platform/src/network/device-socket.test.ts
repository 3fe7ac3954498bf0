// Tied sockets in a network namespace: two links with one port are kept apart, and each answers a client without an address.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { bindUdpToDevice } from "./device-socket.ts";
import { findLink, linkIndex } from "./interfaces.ts";
import { loadLibc } from "./libc.ts";
import { NetworkError } from "./network-error.ts";

const signal = AbortSignal.timeout(10_000);
const code = (expected: string) => (error: unknown) => error instanceof NetworkError && error.code === expected;

test("two links are heard and answered apart on one port", () => {
  const program = new URL("./testing/two-links.ts", import.meta.url).pathname;
  const links = [
    "ip link set lo up",
    "ip link add a0 type veth peer name a1 && ip link add b0 type veth peer name b1",
    "for l in a0 a1 b0 b1; do ip link set $l up; done",
    // Both ends are in one namespace here: what comes from an address of its own is to be heard all the same.
    "cd /proc/sys/net/ipv4/conf && for i in all a0 a1 b0 b1; do echo 1 >$i/accept_local && echo 0 >$i/rp_filter; done",
    "ip addr add 10.1.0.1/24 dev a0 && ip addr add 10.2.0.1/24 dev b0",
  ].join(" && ");
  const unshare = process.getuid?.() === 0 ? ["-n"] : ["-rn"];
  const run = spawnSync("unshare", [...unshare, "sh", "-c", `${links} && exec "$0" "$1"`, process.execPath, program], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal(run.stderr, "");
  assert.deepEqual(JSON.parse(run.stdout), {
    heard: ["a0: from a1", "b0: from b1"],
    answered: ["a1: to a0's client", "b1: to b0's client"],
  });
});

test("a link that is not there is an error that names those that are", async () => {
  assert.throws(() => findLink("nope0"), code("no-interface"));
  assert.throws(() => findLink("nope0"), /there is no network interface nope0; there are .*lo/);
  const libc = await loadLibc();
  assert.throws(() => linkIndex(libc, "nope0"), code("no-interface"));
  await assert.rejects(
    bindUdpToDevice(libc, "nope0", { host: "0.0.0.0", port: 0, purpose: "DHCP" }, signal),
    code("refused"),
  );
  assert.equal(linkIndex(libc, "lo") > 0, true);
});
