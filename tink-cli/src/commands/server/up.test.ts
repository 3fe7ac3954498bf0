// What tink up says to wrong options and to a machine that is not as they say: one sentence, the right exit code, nothing begun.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, type TestContext, test } from "node:test";
import { openNamespace, runInside, spawnInside } from "@neverland/boots-netboot/testing/network-namespace.ts";
import { startCli } from "../../testing/cli-bench.ts";

let dir: string;
const main = join(import.meta.dirname, "../../main.ts");

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "tink-up-"));
  await writeFile(join(dir, "file"), "no certificate");
});

after(() => rm(dir, { recursive: true }));

/** Free ports, so that what is wrong is what the test says. */
const freePorts = ["--api-listen", "127.0.0.1:0", "--http-port", "0", "--grpc-port", "0"];

/** To its end; one that gets ready after all is ended, and then fails the test. */
const up = (...args: readonly string[]) => {
  const running = startCli(["up", "--data-dir", join(dir, "data"), ...freePorts, ...args]);
  running.saw(/"ready"/).then(running.interrupt, () => {});
  return running.ended;
};

describe("wrong values are told with the option's name and what was expected, and nothing is made", () => {
  const cases: readonly [args: readonly string[], stderr: RegExp][] = [
    [["--http-port", "http"], /^tink: tink up: --http-port http: expected a port from 0 to 65535\.\n$/],
    [["--grpc-port", "65536"], /^tink: tink up: --grpc-port 65536: expected a port from 0 to 65535\.\n$/],
    [
      ["--api-listen", "0.0.0.0:7480", "--api-plain-http", "loopback"],
      /^tink: tink up: --api-plain-http loopback: --api-listen 0\.0\.0\.0 is not on loopback; leave .* out, and it is HTTPS; or say --api-plain-http anywhere, .*\n$/,
    ],
    [["--api-cert", "x"], /^tink: tink up: --api-key is needed with --api-cert\.\n$/],
    [
      ["--api-listen", "7480"],
      /^tink: tink up: --api-listen 7480: expected ADDRESS:PORT such as 127\.0\.0\.1:7480\.\n$/,
    ],
    [
      ["--boot-listen", "10.0.0.999"],
      /^tink: tink up: --boot-listen 10\.0\.0\.999: expected an IPv4 address such as 10\.0\.0\.1\.\n$/,
    ],
    [
      ["--interface", "lo", "--interface", "a b"],
      /^tink: tink up: --interface a b: expected the name of a network interface such as eth1\.\n$/,
    ],
    [["--only", "boots,dhcp"], /^tink: tink up: --only dhcp: expected some of boots, hegel, .*\.\n$/],
    [["--data-dir", ""], /^tink: tink up: --data-dir : expected a path\.\n$/],
    [
      ["--hook-url", "ftp://10.0.0.9/hook"],
      /^tink: tink up: --hook-url ftp:\/\/10\.0\.0\.9\/hook: expected a URL such as http:\/\/10\.0\.0\.9\/hook\.\n$/,
    ],
    [
      ["--kernel-arg", "two words"],
      /^tink: tink up: --kernel-arg two words: expected one word of printable characters\.\n$/,
    ],
    [
      ["--syslog-host", "logs example"],
      /^tink: tink up: --syslog-host logs example: expected an IPv4 address or a host name\.\n$/,
    ],
    [
      ["--arch-binary", "ipxe.efi"],
      /^tink: tink up: --arch-binary ipxe\.efi: expected CODE=FILE such as 7=ipxe\.efi\.\n$/,
    ],
    [["--arch-binary", "7=../shadow"], /^tink: tink up: --arch-binary 7=\.\.\/shadow: expected CODE=FILE/],
    [["--tftp-block-size", "100"], /^tink: tink up: --tftp-block-size 100: expected at least 512 bytes\.\n$/],
    [
      ["--trusted-proxy", "10.0.0.0/33"],
      /^tink: tink up: --trusted-proxy 10\.0\.0\.0\/33: expected an address or a network such as 10\.42\.0\.0\/16\.\n$/,
    ],
    [
      ["--grpc-authority", "tink.example"],
      /^tink: tink up: --grpc-authority tink\.example: expected HOST:PORT such as 192\.0\.2\.1:42113\.\n$/,
    ],
    [["--grpc-cert", "cert.pem"], /^tink: tink up: --grpc-key is needed with --grpc-cert\.\n$/],
    [["--grpc-key", "key.pem"], /^tink: tink up: --grpc-cert is needed with --grpc-key\.\n$/],
    [
      ["--grpc-insecure-tls"],
      /^tink: tink up: --grpc-insecure-tls means nothing without --grpc-cert or --grpc-tls\.\n$/,
    ],
    [["--no-dhcp"], /^tink: tink up: --interface is needed with --no-dhcp, or nothing is served by TFTP either\.\n$/],
    [
      ["--boot-listen", "x", "--syslog-host", "-"],
      /^tink: tink up: --boot-listen x: [^;]+; --syslog-host -: [^;]+\.\n$/,
    ],
  ];
  for (const [args, stderr] of cases)
    test(args.join(" "), async () => {
      const run = await up(...args);
      assert.match(run.stderr, stderr);
      assert.equal(run.code, 2);
      assert.deepEqual(await readdir(dir), ["file"]);
    });
});

describe("what this machine does not have is told before anything is made", () => {
  const cases: readonly [args: () => readonly string[], stderr: RegExp][] = [
    [
      () => ["--boot-listen", "192.0.2.77"],
      /^tink: --boot-listen 192\.0\.2\.77: no interface of this machine has that address; there are .*127\.0\.0\.1 \(lo\).*\n$/,
    ],
    [
      () => ["--data-dir", join(dir, "file")],
      /^tink: \S+\/file cannot be the data folder: it is a file, or lies below one; name a folder with --data-dir\n$/,
    ],
    [
      () => ["--data-dir", join(dir, "file/data")],
      /^tink: \S+\/file\/data cannot be the data folder: it is a file, or lies below one; /,
    ],
    [
      () => ["--hook-dir", dir],
      /^tink: (\S+) has no vmlinuz-x86_64 and initramfs-x86_64 for machines to boot; make it with: tink hook build --out \1\n$/,
    ],
    [() => ["--hook-dir", join(dir, "none")], /^tink: --hook-dir \S+\/none: there is no such folder\n$/],
    [
      () => ["--interface", "lo", "--ipxe-dir", join(dir, "file")],
      /^tink: --ipxe-dir \S+\/file: it is a file, not a folder\n$/,
    ],
    [
      () => ["--grpc-cert", join(dir, "none.pem"), "--grpc-key", join(dir, "file")],
      /^tink: --grpc-cert \S+\/none\.pem: there is no such file\n$/,
    ],
    [
      () => ["--grpc-cert", join(dir, "file"), "--grpc-key", join(dir, "file")],
      /^tink: --grpc-cert \S+\/file and --grpc-key \S+\/file are not a certificate and its key in PEM form: .*\n$/,
    ],
  ];
  for (const [args, stderr] of cases)
    test(String(stderr), async () => {
      const run = await up(...args());
      assert.match(run.stderr, stderr);
      assert.equal(run.code, 2);
      assert.deepEqual(await readdir(dir), ["file"]);
    });
});

test("a port in use is told with the process that has it", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  t.after(() => void holder.close());
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo; // a TCP server's address is never a path
  const args = [
    [["--http-port", String(port)], "machines"],
    [["--grpc-port", String(port)], "workers"],
    [["--api-listen", `127.0.0.1:${port}`], "the resource API"],
  ] as const;
  for (const [options, purpose] of args) {
    const run = await up(...options);
    const place = `cannot listen for ${purpose} on 127\\.0\\.0\\.1, TCP port ${port}`;
    const owner = `node\\S* \\(process ${process.pid}\\)`;
    assert.match(run.stderr, new RegExp(`^tink: ${place}: ${owner} has that port; end it or choose another port\n$`));
    assert.equal(run.code, 1);
  }
});

/** Runs `tink up` in a namespace of its own, where `before` has been done by a program of Node's. */
async function upInside(setup: string, args: readonly string[], before = "run()") {
  const namespace = await openNamespace(setup);
  const command = JSON.stringify([
    main,
    "up",
    "--data-dir",
    join(dir, "other"),
    ...freePorts,
    "--ipxe-dir",
    dir,
    ...args,
  ]);
  const program = `const run = () => {
    const { status, stderr } = require("node:child_process").spawnSync(process.execPath, ${command}, { encoding: "utf8" });
    console.log(JSON.stringify({ code: status, pid: process.pid, stderr }));
    process.exit();
  }; ${before}`;
  try {
    const { stdout } = await runInside(namespace, [process.execPath, "-e", program], 60_000);
    return JSON.parse(stdout) as { code: number; pid: number; stderr: string };
  } finally {
    await namespace.close();
  }
}

test("DHCP's port in use is told with the process that has it", async () => {
  const taken = `require("node:dgram").createSocket("udp4").bind(67, run)`;
  const { code, pid, stderr } = await upInside("true", ["--interface", "lo"], taken);
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(
      `tink: cannot listen for DHCP on lo, UDP port 67: node\\S* \\(process ${pid}\\) has that port; end it or `,
    ),
  );
});

const bridge = "ip link add lan7 type bridge";
/** As every link that is up has one by itself. */
const linkLocal = `${bridge}; ip link set lan7 up; ip addr add fe80::7/64 dev lan7 nodad`;
describe("an interface that cannot be served yet is told, waited for, and served as soon as it can be", () => {
  const down =
    /the network interface lan7 is down or has no IPv4 address; bring it up .*: ip link set lan7 up; ip addr add ADDRESS\/PREFIX dev lan7\. Waiting/;
  const mended = "ip link set lan7 up; ip addr add 10.7.0.1/24 dev lan7";
  const cases: readonly [what: string, setup: string, args: readonly string[], said: RegExp, mend: string][] = [
    [
      "missing",
      "true",
      ["--interface", "lan7"],
      /there is no network interface lan7; there are lo\b.*\. Waiting/,
      `${bridge}; ${mended}`,
    ],
    ["down", bridge, ["--interface", "lan7"], down, mended],
    ["IPv6 alone", linkLocal, ["--interface", "lan7"], down, mended],
    ["IPv6 alone, on the second", linkLocal, ["--interface", "lo", "--interface", "lan7"], down, mended],
    ["IPv6 alone, listening on all", linkLocal, ["--interface", "lan7", "--boot-listen", "0.0.0.0"], down, mended],
    ["without the address to listen on", bridge, ["--interface", "lan7", "--boot-listen", "10.7.0.1"], down, mended],
  ];
  for (const [what, setup, args, said, mend] of cases)
    test(what, async (t) => {
      const { log, ready, namespace } = await upBeside(t, setup, args);
      await log(said);
      await runInside(namespace, ["sh", "-c", mend], 10_000);
      assert.ok((await ready()).interfaces?.some(({ name, address }) => name === "lan7" && address === "10.7.0.1"));
    });

  test("without a carrier, from the start, and tells when it comes and goes", async (t) => {
    const setup = "ip link add lan7 type veth peer name far7; ip link set lan7 up; ip addr add 10.7.0.1/24 dev lan7";
    const { log, ready, namespace } = await upBeside(t, setup, ["--interface", "lan7"]);
    assert.deepEqual((await ready()).interfaces, [{ name: "lan7", address: "10.7.0.1" }]);
    await log(/lan7 has no carrier/);
    await runInside(namespace, ["ip", "link", "set", "far7", "up"], 10_000);
    await log(/lan7 has a carrier: machines on it are served/);
  });

  test("that loses its address, goes down or goes away, each is told as what it is", async (t) => {
    const { log, ready, namespace } = await upBeside(t, `${bridge}; ${mended}`, ["--interface", "lan7"]);
    assert.deepEqual((await ready()).interfaces, [{ name: "lan7", address: "10.7.0.1" }]);
    const inside = (command: string) => runInside(namespace, ["sh", "-c", command], 10_000);
    await inside("ip addr flush dev lan7");
    await log(/lan7 is down or has no address any more \(ip link set lan7 up; /);
    await inside("ip addr add fe80::7/64 dev lan7 nodad");
    await log(/lan7 has no IPv4 address any more/);
    await inside("ip addr add 10.7.0.1/24 dev lan7");
    await log(/lan7 is up and has its address: machines on it are served/);
    await inside("ip link del lan7");
    await log(/lan7 is not there any more: when it is there again, restart tink up/);
    await inside(`${bridge}; ${mended}`);
    await log(/lan7 was made anew, and what listens is tied to the one before: restart tink up/);
  });
});

test("listening on every address, machines are told the link's own", async (t) => {
  const setup = `${bridge}; ip link set lan7 up; ip addr add 10.7.0.1/24 dev lan7`;
  const { ready } = await upBeside(t, setup, ["--interface", "lan7", "--boot-listen", "0.0.0.0"]);
  assert.deepEqual((await ready()).interfaces, [{ name: "lan7", address: "10.7.0.1" }]);
});

type Ready = { readonly interfaces?: readonly { readonly name: string; readonly address: string }[] };

/** Waits until what is asked for was said; the test's own deadline ends that. */
function reader(stream: Readable): (wanted: RegExp) => Promise<string> {
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  return async (wanted) => {
    while (!wanted.test(text)) await once(stream, "data");
    return wanted.exec(text)?.[0] ?? "";
  };
}

/** Starts `tink up` in a namespace of its own, and reads along. */
async function upBeside(t: TestContext, setup: string, args: readonly string[]) {
  const namespace = await openNamespace(setup);
  const data = await mkdtemp(join(tmpdir(), "tink-up-links-"));
  const argv = ["up", "--data-dir", data, ...freePorts, "--ipxe-dir", dir, ...args];
  const child = spawnInside(namespace, [process.execPath, main, ...argv]);
  t.after(async () => {
    child.kill();
    await once(child, "exit");
    await namespace.close();
    await rm(data, { recursive: true });
  });
  const [log, out] = [reader(child.stderr), reader(child.stdout)];
  return { namespace, log, ready: async () => JSON.parse(await out(/^.*"ready".*\n/m)) as Ready };
}

describe("a data folder on a disk that cannot take it", () => {
  const cases: readonly [disk: string, stderr: RegExp][] = [
    [
      "ro",
      /^tink: \S+\/disk\/data cannot be the data folder: its disk is mounted for reading only; name another with --data-dir\n$/,
    ],
    [
      "size=8k",
      /^tink: The disk of \S+\/neverland\.db is full, and nothing was written: free some space, then try again\. .*\n$/,
    ],
  ];
  for (const [options, stderr] of cases)
    test(options, async () => {
      const disk = await mkdtemp(join(tmpdir(), "tink-up-disk-"));
      const setup = `mkdir ${disk}/disk && mount -t tmpfs -o ${options} none ${disk}/disk`;
      const tink = [process.execPath, main, "up", "--data-dir", `${disk}/disk/data`, ...freePorts];
      // A mount namespace beside the network's: the mount is gone with the shell.
      const namespace = await openNamespace("true");
      const run = await runInside(
        namespace,
        ["unshare", "-m", "sh", "-c", `${setup} && exec "$@"`, "sh", ...tink],
        60_000,
      );
      await namespace.close();
      await rm(disk, { recursive: true });
      assert.match(run.stderr, stderr);
      assert.equal(run.code, 1);
    });
});
