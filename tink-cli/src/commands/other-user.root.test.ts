// What belongs to another user: each command says what it tried and what to do next. Root alone can become somebody else.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { CliRun } from "../testing/cli-bench.ts";

const nobody = 65_534;
const checkout = join(import.meta.dirname, "../../..");
const freePorts = ["--api-listen", "127.0.0.1:0", "--http-port", "0", "--grpc-port", "0"];

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-other-user-"));
  await chmod(dir, 0o755);
  await mkdir(join(dir, "checkout"));
});
after(() => rm(dir, { recursive: true }));

/** A folder in `dir`, of root or of nobody. */
async function folder(name: string, owner: number, mode: number): Promise<string> {
  const path = join(dir, name);
  await mkdir(path);
  await chown(path, owner, owner);
  await chmod(path, mode);
  return path;
}

/** Of root, for root alone. */
async function secret(path: string, content = ""): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
}

/** The checkout may lie where only root gets to, so nobody sees it at another place; the mount is gone with the shell. */
async function asNobody(...args: readonly string[]): Promise<CliRun> {
  const [here, there] = [checkout, join(dir, "checkout")];
  const tink = [process.execPath.replace(here, there), join(there, "tink-cli/src/main.ts"), ...args];
  const script = `mount --bind "$0" "$1" && cd / && shift && exec setpriv --reuid ${nobody} --regid ${nobody} --clear-groups "$@"`;
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", NODE_NO_WARNINGS: "1" };
  const command = ["-m", "sh", "-c", script, here, there, ...tink];
  return await new Promise((resolve) => {
    execFile("unshare", command, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe("tink up", () => {
  const mend = "run this as the user whom it belongs to, or name another with --data-dir";

  test("says that the data folder is another user's, and makes nothing in it", async () => {
    for (const mode of [0o700, 0o755]) {
      const data = await folder(`of-root-${mode}`, 0, mode);
      const { code, stderr } = await asNobody("up", "--data-dir", data, ...freePorts);
      assert.equal(stderr, `tink: ${data} cannot be the data folder: this user may not use ${data}; ${mend}\n`);
      assert.equal(code, 1);
      assert.deepEqual(await readdir(data), []);
    }
  });

  test("says so of a folder that cannot be made in another user's", async () => {
    const data = join(await folder("parent-of-root", 0, 0o755), "data");
    const { code, stderr } = await asNobody("up", "--data-dir", data, ...freePorts);
    assert.equal(stderr, `tink: ${data} cannot be the data folder: this user may not use ${data}; ${mend}\n`);
    assert.equal(code, 1);
  });

  test("names the token when that alone is another user's, and leaves it as it is", async () => {
    const data = await folder("token-of-root", nobody, 0o700);
    await secret(join(data, "token"), "a token of root");
    const { code, stderr } = await asNobody("up", "--data-dir", data, ...freePorts);
    assert.equal(stderr, `tink: ${data} cannot be the data folder: this user may not use ${data}/token; ${mend}\n`);
    assert.equal(code, 1);
    assert.equal(await readFile(join(data, "token"), "utf8"), "a token of root");
  });

  test("names the database when that is another user's", async () => {
    const data = await folder("database-of-root", nobody, 0o700);
    await secret(join(data, "neverland.db"));
    const { code, stderr } = await asNobody("up", "--data-dir", data, ...freePorts);
    assert.equal(
      stderr,
      `tink: ${data} cannot be the data folder: this user may not use ${data}/neverland.db; ${mend}\n`,
    );
    assert.equal(code, 1);
  });

  test("refuses another user's folder that anyone may write to, and makes nothing in it", async () => {
    const data = await folder("shared-of-root", 0, 0o1777);
    const { code, stderr } = await asNobody("up", "--data-dir", data, ...freePorts);
    const why = "it belongs to another user (uid 0); run this as that user, or name another with --data-dir";
    assert.equal(stderr, `tink: ${data} cannot be the data folder: ${why}\n`);
    assert.equal(code, 1);
    assert.deepEqual(await readdir(data), []);
  });
});

describe("a command that looks for its server", () => {
  test("says whose kubeconfig it would need, and how to do without", async () => {
    for (const mode of [0o700, 0o755]) {
      const data = await folder(`server-of-root-${mode}`, 0, mode);
      await secret(join(data, "kubeconfig"));
      const { code, stdout, stderr } = await asNobody("--data-dir", data, "get", "hw");
      assert.deepEqual([code, stdout], [77, ""]);
      assert.match(stderr, new RegExp(`^tink: ${data}/kubeconfig cannot be read: EACCES: permission denied`));
      assert.match(
        stderr,
        /\nRun this as the user who runs that "tink up" \(root: with sudo\), or .* --token-file\.\n$/,
      );
    }
  });
});
