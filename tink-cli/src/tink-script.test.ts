// The script ./tink: where it lets Node keep compiled code, which Node runs unseen the next time.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

const tink = join(import.meta.dirname, "../../tink");
/** Has the real tink say which cache it was given; the programs that bring packages say nothing. */
const isMain = 'process.argv[1]?.endsWith("tink-cli/src/main.ts")';
const say = `${isMain} && process.stderr.write("cache=" + process.env.NODE_COMPILE_CACHE)`;
const sayCache = `--import=data:text/javascript,${encodeURIComponent(say)}`;

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-script-"));
});
after(() => rm(dir, { recursive: true }));

async function cacheWith(env: Readonly<Record<string, string>>): Promise<string> {
  const options = { env: { PATH: process.env.PATH, NODE_OPTIONS: sayCache, ...env }, timeout: 60_000 };
  const { stderr } = await promisify(execFile)(tink, ["version"], options);
  return /cache=(.*)/.exec(stderr)?.[1] ?? "nothing was said";
}

test("without a home there is none, as for a service of root's", async () => {
  assert.equal(await cacheWith({}), "undefined");
});

test("it lies in the home, closed to others", async () => {
  const cache = join(dir, ".cache/neverland/compiled");
  assert.equal(await cacheWith({ HOME: dir }), cache);
  assert.equal((await stat(cache)).mode & 0o777, 0o700);
});

test("there is none where others may write, or behind a link to such a place", async () => {
  const open = join(dir, "open");
  await mkdir(open);
  await chmod(open, 0o777);
  assert.equal(await cacheWith({ XDG_CACHE_HOME: open }), "undefined");
  await symlink(open, join(dir, "link"));
  assert.equal(await cacheWith({ XDG_CACHE_HOME: join(dir, "link") }), "undefined");
});

test("a folder that others have prepared below is not taken", async () => {
  const cache = join(dir, "prepared");
  await mkdir(join(cache, "neverland/compiled"), { recursive: true });
  await chmod(join(cache, "neverland/compiled"), 0o777);
  assert.equal(await cacheWith({ XDG_CACHE_HOME: cache }), "undefined");
});
