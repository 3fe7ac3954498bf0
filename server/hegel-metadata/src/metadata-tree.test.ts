import assert from "node:assert/strict";
import { test } from "node:test";
import type { HardwareSpec } from "@neverland/api";
import { metadataTree, readTree } from "./metadata-tree.ts";
import { seedFile } from "./nocloud-seed.ts";
import { storageDocument } from "./storage-document.ts";

const spec: HardwareSpec = {
  userData: "#cloud-config\n",
  metadata: {
    facility: { facility_code: "onprem", plan_slug: "c3.small" },
    instance: {
      id: "i-1",
      hostname: "web1",
      tags: ["a", "b"],
      ssh_keys: ["ssh-ed25519 AAAA me@home", " ssh-rsa BBBB\n"],
      operating_system: { slug: "debian_12", distro: "debian", version: "12", image_tag: "x" },
      ips: [
        { address: "10.0.0.5", family: 4 },
        { address: "192.0.2.7", family: 4, public: true },
        { address: "2001:db8::7", family: 6, public: true },
      ],
    },
  },
};

const hardware = (said: HardwareSpec = spec) => ({ metadata: { namespace: "default", name: "node-7" }, spec: said });

const cases: readonly [path: string, text: string | undefined][] = [
  ["", "meta-data/\nuser-data"],
  [
    "meta-data",
    "facility\nhostname\ninstance-id\niqn\nlocal-hostname\nlocal-ipv4\noperating-system/\nplan\npublic-ipv4\npublic-ipv6\npublic-keys/\ntags",
  ],
  ["meta-data/instance-id", "i-1"],
  ["meta-data/hostname", "web1"],
  ["meta-data/local-hostname/", "web1"],
  ["meta-data/iqn", ""],
  ["meta-data/plan", "c3.small"],
  ["meta-data/facility", "onprem"],
  ["meta-data/tags", "a\nb"],
  ["meta-data/local-ipv4", "10.0.0.5"],
  ["meta-data/public-ipv4", "192.0.2.7"],
  ["meta-data/public-ipv6", "2001:db8::7"],
  ["meta-data/public-keys/", "0=key-0\n1=key-1"],
  ["meta-data/public-keys/0", "openssh-key"],
  ["meta-data/public-keys/0/openssh-key", "ssh-ed25519 AAAA me@home"],
  ["meta-data/public-keys/1/openssh-key", "ssh-rsa BBBB"],
  ["meta-data/operating-system/", "distro\nimage_tag\nlicense_activation/\nslug\nversion"],
  ["meta-data/operating-system/slug", "debian_12"],
  ["meta-data/operating-system/license_activation/state", ""],
  ["user-data", "#cloud-config\n"],
  ["meta-data/foo", undefined],
  ["meta-data/hostname/foo", undefined],
  ["meta-data/public-keys/0=key-0", undefined],
  ["meta-data/__proto__", undefined],
  ["vendor-data", undefined],
];

for (const [path, text] of cases)
  test(`the tree at "${path}" is ${JSON.stringify(text)}`, () => {
    assert.equal(readTree(metadataTree(hardware()), path), text);
  });

test("a Hardware that says nothing has every name, and empty texts but for what it is called", () => {
  const tree = metadataTree(hardware({}));
  assert.match(readTree(tree, "meta-data") ?? "", /\npublic-keys\n/);
  assert.equal(readTree(tree, "meta-data/public-keys"), "");
  assert.equal(readTree(tree, "user-data"), "");
  const names = ["instance-id", "hostname", "local-hostname"].map((name) => readTree(tree, `meta-data/${name}`));
  assert.deepEqual(names, ["node-7", "node-7", "node-7"]);
});

test("vendor data is listed when there is any", () => {
  const tree = metadataTree(hardware({ vendorData: "vendor" }));
  assert.equal(readTree(tree, ""), "meta-data/\nuser-data\nvendor-data");
  assert.equal(readTree(tree, "vendor-data"), "vendor");
});

test("rootio's document has disks, partitions and file systems under its names", () => {
  const storage = {
    disks: [
      { device: "/dev/sda", wipe_table: true, partitions: [{ label: "ROOT", number: 1, size: 0, type_guid: "8300" }] },
    ],
    filesystems: [{ mount: { device: "/dev/sda1", format: "ext4", point: "/", create: { options: ["-L", "ROOT"] } } }],
    volume_groups: [{ name: "vg0" }],
  };
  assert.deepEqual(
    storageDocument(hardware({ metadata: { instance: { id: "i-1", crypted_root_password: "secret", storage } } })),
    { metadata: { instance: { id: "i-1", hostname: "node-7", storage } } },
  );
  const names = { id: "node-7", hostname: "node-7" };
  assert.deepEqual(storageDocument(hardware({})), { metadata: { instance: { ...names, storage: {} } } });
});

test("a value that is one line stays one, whatever the Hardware says", () => {
  const instance = { id: "i-1\n", hostname: "h\nboot", tags: ["a\nb", "c"] };
  const odd = hardware({ metadata: { facility: { plan_slug: "c3\r\nx" }, instance } });
  const tree = metadataTree(odd);
  const read = (name: string) => readTree(tree, `meta-data/${name}`);
  assert.deepEqual(["hostname", "local-hostname", "instance-id", "plan", "tags"].map(read), [
    "h boot",
    "h boot",
    "i-1",
    "c3 x",
    "a b\nc",
  ]);
  assert.equal(JSON.parse(seedFile(odd, "meta-data"))["local-hostname"], "h boot");
  const { storage: _, ...names } = storageDocument(odd).metadata.instance;
  assert.deepEqual(names, { id: "i-1", hostname: "h boot", tags: ["a b", "c"] });
});
