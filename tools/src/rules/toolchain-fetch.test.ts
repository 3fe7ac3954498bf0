// What toolchain/fetch.sh says while a program is silent, and of what made it fail: with programs that do what is written here.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";

const functions = join(import.meta.dirname, "../../../toolchain/fetch.sh");

/** Runs `program` (shell) by fetch; `npm` answers with a registry that has a password in it. */
async function fetchBy(t: TestContext, program: string, before = "") {
  const dir = await mkdtemp(join(tmpdir(), "toolchain-fetch-"));
  t.after(() => rm(dir, { recursive: true }));
  const write = async (name: string, lines: string): Promise<void> => {
    await writeFile(join(dir, name), `#!/bin/sh\n${lines}\n`);
    await chmod(join(dir, name), 0o755);
  };
  await write("npm", "echo https://me:secret@mirror.example/");
  // Five seconds pass as often as the program needs.
  await write("sleep", `exec ${process.execPath} -e 'setTimeout(() => {}, 50)'`);
  await write("program", program);
  const script = `set -eu\n${before}\n. ${functions}\nfetch "the lot" program\necho reached`;
  const env = {
    PATH: `${dir}:${process.env.PATH}`,
    TMPDIR: dir,
    DIR: dir,
    HTTPS_PROXY: "http://me:secret@proxy.example:3128",
  };
  const child = spawn("sh", ["-c", script], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once("exit", resolve)),
  ]);
  return { dir, child, ended };
}

test("a silent program is told to go on, and what it wrote is not shown", async (t) => {
  const wait = `touch "$DIR/began"; while [ ! -e "$DIR/told" ]; do ${process.execPath} -e ''; done; echo npm notice New major version`;
  const { dir, child, ended } = await fetchBy(t, wait);
  child.stderr.on("data", (part) => String(part).includes("still") && void writeFile(join(dir, "told"), ""));
  const [stdout, stderr, code] = await ended;
  assert.deepEqual([stdout, code], ["reached\n", 0]);
  assert.match(stderr, /^tink: fetching the lot\n(tink: still fetching the lot \(\d+ s\)\n)+$/);
});

const failures: readonly [what: string, words: string, says: RegExp][] = [
  ["a full disk", "npm error code ENOSPC", /the disk is full\.\nFree some space/],
  [
    "an authority that is not known",
    "npm error code SELF_SIGNED_CERT_IN_CHAIN",
    /certificate is not trusted here\..*NODE_EXTRA_CA_CERTS=/s,
  ],
  [
    "a proxy with a password",
    "npm error 407 Proxy Authentication Required",
    /the proxy wants a password\..*HTTPS_PROXY=http:\/\/USER/s,
  ],
  ["a registry that refuses", "npm error code E401", /the registry refuses us\..*token in ~\/\.npmrc/s],
  [
    "a mirror that lacks it",
    "ERR_PNPM_FETCH_404  GET: Not Found - 404",
    /the registry does not have it\..*npm_config_registry/s,
  ],
  [
    "a name that DNS does not know",
    "npm error code ENOTFOUND",
    /not known to DNS\..*HTTPS_PROXY.*npm_config_registry/s,
  ],
  ["silence", "npm error code ETIMEDOUT", /does not answer\..*HTTPS_PROXY.*NO_PROXY/s],
  ["anything else", "npm error Unheard of", /the program that fetches failed\.\nIts last words are above/],
];
for (const [what, words, says] of failures)
  test(`${what} is named with the setting that mends it, exit code 69, and no password`, async (t) => {
    const { dir, ended } = await fetchBy(t, `echo 'npm notice New major version'; echo '${words}' >&2; exit 1`);
    const [stdout, stderr, code] = await ended;
    assert.deepEqual([stdout, code], ["", 69]);
    assert.match(stderr, says);
    assert.ok(stderr.includes(`  ${words}\ntink: the lot could not be fetched: `), stderr);
    assert.match(
      stderr,
      /registry https:\/\/\*\*\*@mirror\.example\/, HTTPS_PROXY http:\/\/\*\*\*@proxy\.example:3128, no HTTP_PROXY/,
    );
    assert.doesNotMatch(stderr, /secret|notice/);
    assert.deepEqual((await readdir(dir)).sort(), ["npm", "program", "sleep"]);
  });

for (const [signal, expected] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  test(`${signal} ends it with a sentence, its program, and its files`, async (t) => {
    const { dir, child, ended } = await fetchBy(
      t,
      `echo $$ > "$DIR/pid"; exec ${process.execPath} -e 'setInterval(() => {}, 1000)'`,
    );
    child.stderr.on("data", (part) => String(part).includes("still") && child.kill(signal));
    const [, stderr, code] = await ended;
    assert.equal(code, expected);
    assert.match(stderr, /tink: fetching the lot was ended; the next start goes on with it\n$/);
    assert.deepEqual((await readdir(dir)).sort(), ["npm", "pid", "program", "sleep"]);
  });
