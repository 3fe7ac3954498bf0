import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { waitForSsh } from "./ssh-probe.ts";

const dir = await mkdtemp(join(tmpdir(), "lab-ssh-"));
const key = join(dir, "key");
const sshd = "/usr/sbin/sshd";

before(async () => {
  for (const file of [key, join(dir, "hostkey"), join(dir, "stranger")])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  const config = [
    `HostKey ${dir}/hostkey`,
    `AuthorizedKeysFile ${dir}/key.pub`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin yes",
    "",
  ];
  await writeFile(join(dir, "sshd_config"), config.join("\n"));
  await mkdir("/run/sshd", { recursive: true }).catch(() => undefined); // what its service unit does for root
});
after(() => rm(dir, { recursive: true }));

/** Debian's sshd behind a port of its own; the first two connections are hung up, as by a machine that is still booting. */
async function bootingSshServer(): Promise<{ port: number; close: () => void }> {
  let connections = 0;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    connections += 1;
    if (connections <= 2) socket.destroy();
    else
      spawn(sshd, ["-i", "-f", join(dir, "sshd_config")], { stdio: [socket, socket, "ignore"] }).once("spawn", () =>
        socket.destroy(),
      );
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { port, close: () => server.close() };
}

test("waits for a server that is still coming up, then logs in by key", async (t) => {
  const server = await bootingSshServer();
  t.after(server.close);
  const target = { host: "127.0.0.1", port: server.port, user: userInfo().username, keyFile: key };
  assert.equal(await waitForSsh(target, "echo in $((40 + 2))", { timeoutMs: 20_000 }), "in 42\n");
});

test("gives up at the deadline and says what the server answered last", async (t) => {
  const server = await bootingSshServer();
  t.after(server.close);
  const target = { host: "127.0.0.1", port: server.port, user: userInfo().username, keyFile: join(dir, "stranger") };
  await assert.rejects(waitForSsh(target, "true", { timeoutMs: 3_000 }), {
    code: "timeout",
    message: /Permission denied/,
  });
});
