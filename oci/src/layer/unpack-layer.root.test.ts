// Layers unpacked onto a real file system: what GNU tar packs (which takes root, for its devices and owners), and what an attacker would.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { type Header, pack } from "tar-stream";
import { OciError } from "../oci-error.ts";
import { digestOf } from "../testing/test-registry.ts";
import { type UnpackedLayer, type UnpackLimits, unpackLayer } from "./unpack-layer.ts";

type Item = Partial<Header> & { readonly name: string; readonly body?: string };

async function archive(items: readonly Item[]): Promise<Buffer> {
  const tar = pack();
  for (const { body, ...header } of items) tar.entry({ mtime: new Date(1_000_000), ...header }, body ?? "");
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer); // the package has no type for what it yields
  return Buffer.concat(chunks);
}

function scratch(t: TestContext): { target: string; scratch: string; outside: string } {
  const base = mkdtempSync(join(tmpdir(), "unpack-test-"));
  t.after(() => rmSync(base, { recursive: true }));
  const paths = { target: join(base, "target"), scratch: join(base, "scratch"), outside: join(base, "outside") };
  for (const path of Object.values(paths)) mkdirSync(path);
  return paths;
}

async function* chunked(bytes: Buffer, sizeBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

function unpack(
  bytes: Buffer,
  paths: { target: string; scratch: string },
  limits?: UnpackLimits,
): Promise<UnpackedLayer> {
  return unpackLayer(chunked(bytes), {
    ...paths,
    setOwners: process.getuid?.() === 0,
    ...(limits === undefined ? {} : { limits }),
  });
}

async function unpackItems(
  t: TestContext,
  items: readonly Item[],
): Promise<UnpackedLayer & { target: string; outside: string }> {
  const paths = scratch(t);
  return { ...(await unpack(await archive(items), paths)), ...paths };
}

test("an archive of GNU tar comes out as it was: owners, modes, times, links, devices", async (t) => {
  const paths = scratch(t);
  const script = `cd ${paths.outside} && mkdir -p d/${"long/".repeat(40)} && echo deep > d/${"long/".repeat(40)}f && ln d/${"long/".repeat(40)}f hard
    ln -s /etc/passwd soft && mknod null c 1 3 && mkfifo pipe && echo x > exec && chown 7:9 exec && chmod 4755 exec && chmod 1777 d && touch -d @86400 exec
    tar --format=pax -cf - .`;
  const { stdout } = spawnSync("sh", ["-ec", script], { maxBuffer: 1 << 24 });
  const layer = await unpack(stdout, paths);
  const manifest = (root: string): string =>
    spawnSync(
      "sh",
      [
        "-c",
        `cd ${root} && find . -mindepth 1 -printf '%P %M %U:%G %n %l %Ts\\n' | sort; stat -c %t:%T null; cat hard`,
      ],
      {
        encoding: "utf8",
      },
    ).stdout;
  assert.equal(manifest(paths.target), manifest(paths.outside));
  assert.match(manifest(paths.target), /exec -rwsr-xr-x 7:9 1 {2}86400/);
  assert.equal(layer.diffId, digestOf(stdout));
});

test("names that are not UTF-8 keep their bytes", async (t) => {
  const paths = scratch(t);
  const { stdout } = spawnSync("sh", [
    "-ec",
    `cd ${paths.outside} && printf x > "$(printf 'caf\\351')" && tar -cf - .`,
  ]);
  await unpack(stdout, paths);
  assert.deepEqual(readdirSync(paths.target, "latin1"), ["caf\xe9"]);
});

for (const [name, compress] of [
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
] as const)
  test(`${name} is recognised by its bytes, and the digest is that of the tar inside`, async (t) => {
    const tar = await archive([{ name: "a", body: "hello" }]);
    const paths = scratch(t);
    const layer = await unpack(compress(tar), paths);
    assert.equal(layer.diffId, digestOf(tar));
    assert.equal(readFileSync(join(paths.target, "a"), "utf8"), "hello");
  });

test("a whiteout becomes overlayfs' mark, and shows nothing of itself", async (t) => {
  const { target } = await unpackItems(t, [{ name: "etc/.wh.motd" }, { name: "etc/.wh.issue" }]);
  assert.deepEqual(readdirSync(target), ["etc"]);
  assert.deepEqual(readdirSync(join(target, "etc")).sort(), ["issue", "motd"]);
  const stats = lstatSync(join(target, "etc/motd"));
  assert.ok(stats.isCharacterDevice());
  assert.equal(stats.rdev, 0);
});

test("opaque directories are listed", async (t) => {
  const layer = await unpackItems(t, [
    { name: "a/b", type: "directory" },
    { name: "a/b/.wh..wh..opq" },
    { name: "a/b/c", body: "kept" },
  ]);
  assert.deepEqual(layer.opaqueDirectories, ["a/b"]);
  assert.equal(readFileSync(join(layer.target, "a/b/c"), "utf8"), "kept");
});

test("a directory that replaces the layer's own whiteout is opaque, in either order", async (t) => {
  const layer = await unpackItems(t, [
    { name: ".wh.first" },
    { name: "first/x", body: "1" },
    { name: "second/x", body: "2" },
    { name: ".wh.second" },
  ]);
  assert.deepEqual(layer.opaqueDirectories, ["first", "second"]);
  assert.equal(readFileSync(join(layer.target, "second/x"), "utf8"), "2");
});

test("a whiteout does not hide the layer's own file", async (t) => {
  const { target } = await unpackItems(t, [{ name: "a", body: "mine" }, { name: ".wh.a" }]);
  assert.equal(readFileSync(join(target, "a"), "utf8"), "mine");
});

test("a symlink that leads out is followed inside the layer only", async (t) => {
  const { target } = await unpackItems(t, [
    { name: "etc", type: "symlink", linkname: "../../../real/etc" },
    { name: "etc/passwd", body: "p" },
    { name: "abs", type: "symlink", linkname: "/var" },
    { name: "abs/log", body: "l" },
  ]);
  assert.equal(readFileSync(join(target, "real/etc/passwd"), "utf8"), "p");
  assert.equal(readFileSync(join(target, "var/log"), "utf8"), "l");
});

test("a directory that becomes a symlink to the outside takes nothing of its past along", async (t) => {
  const paths = scratch(t);
  mkdirSync(join(paths.outside, "inner"), { mode: 0o700 });
  const items: Item[] = [
    { name: "d/inner", type: "directory", mode: 0o777, uid: 5, gid: 5 },
    { name: "d", type: "symlink", linkname: paths.outside },
  ];
  await unpack(await archive(items), paths);
  assert.equal(readlinkSync(join(paths.target, "d")), paths.outside);
  const stats = lstatSync(join(paths.outside, "inner"));
  assert.equal(stats.mode & 0o777, 0o700);
  assert.equal(stats.uid, process.getuid?.());
});

test("a name longer than any file system takes is refused by name", async (t) => {
  await assert.rejects(unpackItems(t, [{ name: "x".repeat(300), body: "" }]), {
    code: "bad-layer",
    message: /ENAMETOOLONG/,
  });
});

for (const [what, items] of [
  ["climbs", [{ name: "../evil", body: "x" }]],
  ["climbs in the middle", [{ name: "a/../../evil", body: "x" }]],
  ["hardlinks to a file outside", [{ name: "a", type: "link", linkname: "../../outside/secret" }]],
  ["hardlinks to an absolute path", [{ name: "a", type: "link", linkname: "/etc/passwd" }]],
  [
    "hardlinks to a directory",
    [
      { name: "d", type: "directory" },
      { name: "a", type: "link", linkname: "d" },
    ],
  ],
  [
    "links in a circle",
    [{ name: "a", type: "symlink", linkname: "b" }, { name: "b", type: "symlink", linkname: "a" }, { name: "a/x" }],
  ],
  [
    "puts a file into a file",
    [
      { name: "a", body: "x" },
      { name: "a/b", body: "y" },
    ],
  ],
  ["replaces its root", [{ name: ".", type: "symlink", linkname: "/" }]],
  ["deletes its parent", [{ name: "a/.wh..." }]],
] satisfies readonly (readonly [string, readonly Item[]])[])
  test(`a layer that ${what} is refused`, async (t) => {
    await assert.rejects(unpackItems(t, items), { code: "bad-layer" });
  });

test("a hardlink through a symlink reaches a file of the layer, not of the machine", async (t) => {
  const paths = scratch(t);
  writeFileSync(join(paths.outside, "secret"), "secret");
  const items: Item[] = [
    { name: "out", type: "symlink", linkname: paths.outside },
    { name: "stolen", type: "link", linkname: "out/secret" },
  ];
  await assert.rejects(unpack(await archive(items), paths), { code: "bad-layer" });
});

test("a layer larger than allowed is refused before its bytes are written", async (t) => {
  const paths = scratch(t);
  const tar = await archive([{ name: "a", body: "x".repeat(5000) }]);
  await assert.rejects(unpack(tar, paths, { entries: 10, contentBytes: 4999 }), { code: "limit" });
  assert.deepEqual(readdirSync(paths.target), []);
});

test("a layer with more entries than allowed is refused", async (t) => {
  const tar = await archive(Array.from({ length: 11 }, (_, index) => ({ name: `f${index}` })));
  await assert.rejects(unpack(tar, scratch(t), { entries: 10, contentBytes: 1 }), {
    code: "limit",
    message: /more than 10 entries/,
  });
});

test("every cut of an archive is refused, compressed or not", async (t) => {
  const tar = (await archive([{ name: "a", body: "x".repeat(600) }])).subarray(0, 512 + 1024);
  const zipped = gzipSync(tar);
  for (const cut of [1, 511, 513, 1000, 1535])
    await assert.rejects(unpack(tar.subarray(0, cut), scratch(t)), { code: "bad-layer" });
  for (const cut of [3, 20, zipped.length - 1])
    await assert.rejects(unpack(zipped.subarray(0, cut), scratch(t)), { code: "bad-layer" });
});

const name = fc
  .array(fc.constantFrom("a", "b", "c", "..", ".", ".wh.a", ".wh..wh..opq"), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"));
const inside = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const target = fc.oneof(name, inside, fc.constantFrom("/", "/a", "../../outside", "../outside/victim", "."));
const item: fc.Arbitrary<Item> = fc.record({
  name: fc.oneof({ arbitrary: inside, weight: 4 }, name),
  type: fc.constantFrom("file", "directory", "symlink", "link", "symlink"),
  linkname: target,
  body: fc.constantFrom("", "text"),
  mode: fc.constantFrom(0o777, 0o4755, 0),
  uid: fc.constantFrom(0, 1234),
});

test("whatever a layer plants, nothing outside its directory changes", async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 12 }), async (items) => {
      const paths = scratch(t);
      const victim = join(paths.outside, "victim");
      mkdirSync(join(paths.outside, "a/b"), { recursive: true });
      writeFileSync(victim, "safe", { mode: 0o640 });
      symlinkSync(victim, join(paths.outside, "b"));
      const look = (): string =>
        spawnSync("find", [paths.outside, "-printf", "%p %M %U %T@ %s %n\n"], { encoding: "utf8" }).stdout;
      const before = look();
      const outcome = await unpack(
        await archive(items.map((one) => (one.type === "file" ? one : { ...one, body: "" }))),
        paths,
      ).catch((error: unknown) => error);
      assert.ok(!(outcome instanceof Error) || outcome instanceof OciError, String(outcome));
      assert.equal(look(), before);
      assert.equal(readFileSync(victim, "utf8"), "safe");
    }),
    { numRuns: 150 },
  );
});

test("random damage to an archive is refused by name or does no harm", async (t) => {
  const tar = await archive([
    { name: "a/b", body: "x".repeat(600) },
    { name: "s", type: "symlink", linkname: "a" },
    { name: "s/c", body: "y", pax: { "SCHILY.xattr.user.k": "v" } },
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(tar.length - 1), fc.nat(255), async (at, value) => {
      const damaged = Buffer.from(tar);
      damaged.writeUInt8(value, at);
      const outcome = await unpack(damaged, scratch(t)).catch((error: unknown) => error);
      assert.ok(!(outcome instanceof Error) || outcome instanceof OciError, String(outcome));
    }),
    { numRuns: 200 },
  );
});
