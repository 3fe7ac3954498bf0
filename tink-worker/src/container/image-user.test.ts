// Users as images name them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { imageUser } from "./image-user.ts";

const passwd = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34:Web:/srv/web:/bin/false\n";
const group = "root:x:0:\nadm:x:4:web\n";

for (const [user, expected] of [
  ["", { uid: 0, gid: 0, home: "/root" }],
  ["web", { uid: 33, gid: 34, home: "/srv/web" }],
  ["33", { uid: 33, gid: 34, home: "/srv/web" }],
  ["web:adm", { uid: 33, gid: 4, home: "/srv/web" }],
  ["1000:1001", { uid: 1000, gid: 1001, home: "/" }],
] as const)
  test(`"${user}" is ${expected.uid}:${expected.gid}`, () =>
    assert.deepEqual(imageUser(user, passwd, group), expected));

test("an image without files still runs as root", () => {
  assert.deepEqual(imageUser("", "", ""), { uid: 0, gid: 0, home: "/root" });
});

for (const user of ["nobody", "web:nogroup", "4294967295", "-1"])
  test(`"${user}" is refused`, () => assert.throws(() => imageUser(user, passwd, group), { code: "bad-action" }));
