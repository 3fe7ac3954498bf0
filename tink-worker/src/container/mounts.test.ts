// Lines of /proc/self/mountinfo.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mountPointsBelow, rootType } from "./mounts.ts";

const mountinfo = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:26 / /run/a/rw rw shared:2 - tmpfs tmpfs rw
31 22 0:27 / /run/a/rootfs rw - overlay overlay rw
32 22 0:28 / /run/ab rw - tmpfs tmpfs rw
33 22 0:29 / /run/with\\040space/x rw - tmpfs tmpfs rw
`;

test("the newest mount comes first, and a longer name is not below", () => {
  assert.deepEqual(mountPointsBelow(mountinfo, "/run/a"), ["/run/a/rootfs", "/run/a/rw"]);
});

test("a space is written as octal", () => {
  assert.deepEqual(mountPointsBelow(mountinfo, "/run/with space"), ["/run/with space/x"]);
});

test("the root's type is that of the mount on top", () => {
  assert.equal(rootType(mountinfo), "ext4");
  assert.equal(rootType(`1 1 0:2 / / rw - rootfs rootfs rw\n${mountinfo}`), "ext4");
  assert.equal(rootType("1 1 0:2 / / rw - rootfs rootfs rw\n"), "rootfs");
});
