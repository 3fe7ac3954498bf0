import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "@neverland/debian";
import { openLabNetwork, tunRefusal } from "../network/network.ts";
import { runInside } from "../testing/inside.ts";
import { userNamespaceRemedy } from "./namespace.ts";
import { namespaceCommand } from "./namespace-command.ts";

const listInterfaces = `
  const { readFileSync, readlinkSync } = require("node:fs");
  const names = readFileSync("/proc/self/net/dev", "utf8").match(/\\S+(?=:)/g);
  console.log(JSON.stringify({ up: names, pid: process.pid, net: readlinkSync("/proc/self/ns/net") }));`;

test("a program inside is the first of its processes and sees no network but its own", async () => {
  const outside = await runProgram(["readlink", "/proc/self/ns/net"]);
  const { code, stdout } = await runInside(["-e", listInterfaces]);
  const inside = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.equal(inside.pid, 1);
  assert.ok(inside.up.includes("lo"));
  assert.ok(!inside.up.includes("eth0"));
  assert.notEqual(inside.net, outside.trim());
});

test("the same holds in a user namespace, as for an ordinary user", async () => {
  const { code, stdout } = await runInside(["-e", listInterfaces], { asRoot: false });
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).pid, 1);
});

test("the program's exit code comes out", async () => {
  assert.equal((await runInside(["-e", "process.exit(7)"])).code, 7);
});

test("an abort ends the program with SIGTERM, so that it can put things in order", async () => {
  const end = new AbortController();
  const script = `process.on("SIGTERM", () => { console.log("in order"); process.exit(3); }); console.log("up"); setInterval(() => {}, 1000);`;
  const { runInLabNamespace } = await import("./namespace.ts");
  const space = await runInLabNamespace({
    argv: [process.execPath, "-e", script],
    signal: end.signal,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const words: string[] = [];
  for await (const chunk of space.child.stdout?.setEncoding("utf8") ?? []) {
    words.push(String(chunk));
    end.abort();
  }
  assert.equal(await space.exitCode, 3);
  assert.equal(words.join(""), "up\nin order\n");
});

test("a program that heeds no SIGTERM is killed after the grace", async () => {
  const end = new AbortController();
  setTimeout(() => end.abort(), 100);
  const { code } = await runInside(["-e", "setInterval(() => {}, 1000)"], { signal: end.signal, graceMs: 200 });
  assert.equal(code, 137);
});

test("root needs no user namespace, and only a lab that outlives its caller goes without the death signal", () => {
  assert.deepEqual(
    namespaceCommand(["prog"], { asRoot: true, dieWithParent: false }),
    "unshare --net --pid --mount --fork --kill-child --mount-proc -- prog".split(" "),
  );
  assert.deepEqual(
    namespaceCommand(["prog"], { asRoot: false, dieWithParent: true }),
    "setpriv --pdeathsig KILL -- unshare --user --map-root-user --net --pid --mount --fork --kill-child --mount-proc -- prog".split(
      " ",
    ),
  );
});

test("a machine that forbids user namespaces is told how to allow them", async () => {
  const ubuntu = (path: string): Promise<string> => Promise.resolve(path.includes("apparmor") ? "1\n" : "100\n");
  assert.match(await userNamespaceRemedy(ubuntu), /as root: sysctl kernel\.apparmor_restrict_unprivileged_userns=0/);
  const hardened = (path: string): Promise<string> =>
    Promise.resolve(path.endsWith("unprivileged_userns_clone") ? "0\n" : "100\n");
  assert.match(await userNamespaceRemedy(hardened), /as root: sysctl kernel\.unprivileged_userns_clone=1/);
});

test("a tun device that cannot be opened is named with its remedy", async () => {
  assert.match((await tunRefusal("/nonexistent/tun")) ?? "", /modprobe tun/);
  assert.match((await tunRefusal("/proc")) ?? "", /chmod 0666 \/proc\. Packet sockets/);
});

test("no network is made on a host", async () => {
  await assert.rejects(
    openLabNetwork({}, { run: () => Promise.reject(new Error("ran a program")) }, new AbortController().signal),
    {
      code: "namespace-refused",
      message: /runInLabNamespace/,
    },
  );
});
