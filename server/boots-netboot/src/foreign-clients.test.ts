// Debian's own clients against Boots in a network namespace: dhclient, udhcpc, dhcping, tftp-hpa, curl; and floods of nonsense.
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import type { BootsConfig } from "./boots-config.ts";
import { openRack, type Rack, type RackEvent } from "./testing/boots-rack.ts";
import { testMachine } from "./testing/machines.ts";
import { type Namespace, runInside, spawnInside, untilSaid } from "./testing/network-namespace.ts";

/** Writes down what a DHCP client was told, and sets the address. Clients run it with their findings in the environment. */
const leaseScript = `#!/bin/sh
set -e
echo "\${reason:-$1}" >> "$LEASE_LOG"
case "\${reason:-$1}" in
  BOUND|REBOOT|bound) env > "$LEASE_LOG.env"; ip addr add "\${new_ip_address:-$ip}/24" dev eth0 2>/dev/null || true ;;
esac
`;

let directory: string;
const scriptPath = () => join(directory, "lease-script");

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "boots-clients-"));
  await writeFile(scriptPath(), leaseScript);
  await chmod(scriptPath(), 0o755);
  await writeFile(join(directory, "vmlinuz-x86_64"), Buffer.alloc(3_000_000, "kernel "));
});

after(() => rm(directory, { recursive: true }));

/** A rack with m60 (addressed by hand) and m61 (by DHCP). */
async function withRack(
  config: Partial<BootsConfig>,
  run: (rack: Rack, addressed: Namespace, bare: Namespace) => Promise<void>,
) {
  const rack = await openRack({ hookDirectory: directory, ...config }, [testMachine(60), testMachine(61)]);
  try {
    const addressed = await rack.addClient("52:54:00:00:00:3c");
    await runInside(addressed, ["ip", "addr", "add", "10.77.0.60/24", "dev", "eth0"]);
    await run(rack, addressed, await rack.addClient("52:54:00:00:00:3d"));
  } finally {
    await rack.close();
  }
}

const environment = async (log: string) =>
  new Map((await readFile(`${log}.env`, "latin1")).split("\n").map((line) => line.split("=", 2) as [string, string]));

/** Sends a DHCPINFORM, prints every message byte by byte and in words, and waits a second for the answer. */
const dhcping = (address: string, mac: string) => [
  "dhcping",
  ...["-i", "-V", "-v", "-t", "1", "-s", "10.77.0.1", "-c", address, "-h", mac],
];

describe("DHCP clients", () => {
  test("udhcpc gets its reservation by a frame to its own card, and releases it", async () => {
    await withRack({}, async (rack, _addressed, client) => {
      const log = join(directory, "udhcpc");
      const options = ["-i", "eth0", "-f", "-n", "-R", "-s", scriptPath(), "-O", "search"];
      const udhcpc = spawnInside(client, ["env", `LEASE_LOG=${log}`, "udhcpc", ...options]);
      const ended = once(udhcpc, "exit");
      await untilSaid(udhcpc.stderr, /lease of 10\.77\.0\.61 obtained from 10\.77\.0\.1, lease time 604800/);
      udhcpc.kill(); // it releases on its way out
      await ended;
      const told = await environment(log);
      assert.equal(told.get("search"), "lab.example");
      await rack.waitFor("release", ({ type }) => type === "DhcpRelease", 20_000);
      assert.equal(rack.events.filter(({ type }) => type === "RouterAdvertised").length, 0);
    });
  });

  /** udhcpc that looks by ARP whether its address is free, and waits a second after a DECLINE. */
  const udhcpc = (...more: readonly string[]) => [
    ...["env", `LEASE_LOG=${join(directory, "decline")}`, "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-a"],
    ...["-A", "1", "-s", scriptPath(), ...more],
  ];

  test("udhcpc that finds the address in use declines it, is not offered it again until it is free, and the timeline names the other", async () => {
    await withRack({}, async (rack, addressed, client) => {
      await runInside(addressed, ["ip", "addr", "add", "10.77.0.61/24", "dev", "eth0"]);
      const [, decline] = await Promise.all([
        runInside(client, ["timeout", "15", ...udhcpc("-t", "1")]),
        rack.waitFor("decline", ({ type }) => type === "DhcpDecline", 15_000),
      ]);
      assert.deepEqual(
        [decline.reason, decline.data],
        ["AddressInUse", { address: "10.77.0.61", holder: "52:54:00:00:00:3c" }],
      );
      await rack.waitFor("silence", ({ type, reason }) => type === "DhcpIgnored" && reason === "AddressInUse", 10_000);
      await runInside(addressed, ["ip", "addr", "del", "10.77.0.61/24", "dev", "eth0"]);
      const { code, stderr } = await runInside(client, udhcpc("-t", "10", "-T", "1"));
      assert.equal(code, 0, stderr);
    });
  });

  test("a stranger's DECLINEs in a machine's name keep nothing from it, while it is off and while it runs", async () => {
    await withRack({}, async (rack, addressed, client) => {
      const capture = new URL("../../../protocols/fixtures/dhcp/e2e-bios-ec2.json", import.meta.url);
      const stranger = `
        const socket = require("node:dgram").createSocket("udp4");
        const packet = JSON.parse(require("node:fs").readFileSync(${JSON.stringify(capture.pathname)}, "utf8"))[4];
        const bytes = Buffer.from(packet.hex, "hex").subarray(0, 240);
        bytes.set([0x52, 0x54, 0, 0, 0, 0x3d], 28);
        const decline = Buffer.concat([bytes, Buffer.from([53, 1, 4, 50, 4, 10, 77, 0, 61, 255])]);
        socket.bind(0, async () => {
          socket.setBroadcast(true);
          // For longer than it is not asked again.
          for (let i = 0; i < 50; i++) {
            await new Promise((sent) => socket.send(decline, 67, "10.77.0.1", sent));
            await new Promise((later) => setTimeout(later, 50));
          }
          socket.close();
        });`;
      const forge = () => runInside(addressed, [process.execPath, "-e", stranger]);
      assert.equal((await forge()).code, 0);
      const said = (text: RegExp) =>
        rack.waitFor(`${text}`, ({ type, message }) => type === "DhcpDecline" && text.test(message ?? ""), 10_000);
      assert.equal((await said(/nobody answers for it/)).reason, "DeclineUnproved");
      const { code, stderr } = await runInside(client, udhcpc("-t", "1"));
      assert.equal(code, 0, stderr);
      assert.equal((await forge()).code, 0);
      await said(/only that machine itself answers for it/);
      assert.equal((await runInside(client, udhcpc("-t", "1"))).code, 0);
      assert.deepEqual(
        rack.events.filter(({ type }) => type === "DhcpIgnored"),
        [],
      );
    });
  });

  test("dhclient gets its reservation, asks for it again after a restart, and is refused when it has changed", async () => {
    await withRack({}, async (rack, _addressed, client) => {
      const log = join(directory, "dhclient");
      const leases = join(directory, "leases");
      const pid = join(directory, "pid");
      const command = [
        "dhclient",
        "-1",
        "-d",
        "-v",
        "-sf",
        scriptPath(),
        "-lf",
        leases,
        "-pf",
        pid,
        "-e",
        `LEASE_LOG=${log}`,
        "eth0",
      ];
      const ran = async () => (await runInside(client, ["timeout", "6", ...command])).stderr;
      assert.match(await ran(), /bound to 10\.77\.0\.61/);
      const told = await environment(log);
      assert.deepEqual(
        [
          told.get("new_routers"),
          told.get("new_domain_name_servers"),
          told.get("new_host_name"),
          told.get("new_dhcp_lease_time"),
        ],
        ["10.77.0.1", "10.77.0.1", "m61", "604800"],
      );
      assert.match(await ran(), /DHCPREQUEST for 10\.77\.0\.61 [\s\S]*bound to 10\.77\.0\.61/);
      await rack.setHardware([testMachine(61, { dhcp: { ip: { address: "10.77.0.71", netmask: "255.255.255.0" } } })]);
      assert.match(await ran(), /DHCPNAK from 10\.77\.0\.1[\s\S]*bound to 10\.77\.0\.71/);
    });
  });

  test("dhcping that has its address from elsewhere and asks for settings gets them, and neither address nor lease", async () => {
    await withRack({}, async (rack, _addressed, client) => {
      await runInside(client, ["ip", "addr", "add", "10.77.0.99/24", "dev", "eth0"]);
      const { code, stdout } = await runInside(client, dhcping("10.77.0.99", "52:54:00:00:00:3d"));
      const [sent = "", received = ""] = stdout.split("Got answer from: 10.77.0.1\n");
      assert.match(sent, /DHCP message type: 8 \(DHCPINFORM\)/);
      assert.equal(code, 0, stdout);
      for (const told of ["ciaddr: 10.77.0.99", "yiaddr: 0.0.0.0", "DHCP message type: 5 (DHCPACK)"])
        assert.ok(received.includes(told), `${told} is not in ${received}`);
      // RFC 2131 §4.3.5: settings, but no lease (51) and no times to renew it (58, 59).
      const options = [...received.matchAll(/^option (\d+)/gm)].map(([, number]) => Number(number));
      assert.deepEqual(options, [53, 54, 1, 3, 6, 12, 15, 28, 42, 119]);
      const { message, data } = await rack.waitFor("answer", ({ type }) => type === "DhcpAck", 20_000);
      assert.equal(
        message,
        "told its settings to the operating system of default/m61 (52:54:00:00:00:3d), which has the address 10.77.0.99 from elsewhere",
      );
      assert.equal(data?.address, "10.77.0.99");
    });
  });

  test("dhcping that asks for settings with a MAC that nobody described gets no answer", async () => {
    await withRack({}, async (rack, addressed) => {
      const ignored = rack.waitFor("silence", ({ type }) => type === "DhcpIgnored", 20_000);
      const { code, stdout, stderr } = await runInside(addressed, dhcping("10.77.0.60", "52:54:00:00:00:99"));
      assert.match(stdout, /DHCP message type: 8 \(DHCPINFORM\)/);
      assert.deepEqual([code, stderr], [1, "no answer\n"]);
      await ignored;
      assert.deepEqual(
        rack.events.slice(1).map(({ type, reason }) => [type, reason]),
        [["DhcpIgnored", "UnknownMachine"]],
      );
    });
  });

  test("an unknown machine gets no answer and one event", async () => {
    await withRack({}, async (rack) => {
      const stranger = await rack.addClient("52:54:00:00:00:99");
      const { code } = await runInside(stranger, [
        "udhcpc",
        "-i",
        "eth0",
        "-f",
        "-q",
        "-n",
        "-t",
        "3",
        "-T",
        "1",
        "-s",
        "/bin/true",
      ]);
      assert.equal(code, 1);
      const events = rack.events.filter(({ mac }) => mac === "52:54:00:00:00:99");
      assert.deepEqual(
        events.map(({ type, reason }) => [type, reason]),
        [["DhcpIgnored", "UnknownMachine"]],
      );
    });
  });
});

describe("TFTP clients", () => {
  test("tftp-hpa and curl read binaries whole", async () => {
    await withRack({}, async (rack, client) => {
      const [undionly, snponly] = [
        await readFile("/usr/lib/ipxe/undionly.kpxe"),
        await readFile("/usr/lib/ipxe/snponly.efi"),
      ];
      const byHpa = join(directory, "by-hpa");
      const hpa = await runInside(client, ["tftp", "-m", "binary", "10.77.0.1", "-c", "get", "undionly.kpxe", byHpa]);
      assert.deepEqual([hpa.code, hpa.stderr], [0, ""]);
      assert.deepEqual(await readFile(byHpa), undionly);
      const asText = join(directory, "by-hpa-as-text");
      await runInside(client, ["tftp", "10.77.0.1", "-c", "get", "undionly.kpxe", asText]);
      assert.deepEqual(await readFile(asText), undionly);
      const byCurl = join(directory, "by-curl");
      const url = "tftp://10.77.0.1/52:54:00:00:00:3c/snponly.efi";
      const curl = await runInside(client, ["curl", "-sS", "--tftp-blksize", "1400", "-o", byCurl, url]);
      assert.deepEqual([curl.code, curl.stderr], [0, ""]);
      assert.deepEqual(await readFile(byCurl), snponly);
      for (const { length } of [undionly, snponly]) {
        // The client has all its bytes before the server has the last acknowledgement.
        const isRead: (event: RackEvent) => boolean = ({ type, data }) =>
          type === "TftpRead" && data?.sizeBytes === length;
        assert.equal((await rack.waitFor(`read of ${length} bytes`, isRead, 10_000)).mac, "52:54:00:00:00:3c");
      }
    });
  });
});

describe("HTTP clients", () => {
  test("curl reads a kernel, goes on with a broken download, and finds the script", async () => {
    await withRack({}, async (rack, client) => {
      const wanted = await readFile(join(directory, "vmlinuz-x86_64"));
      const copy = join(directory, "by-http");
      const kernel = "http://10.77.0.1:7080/hook/vmlinuz-x86_64";
      await writeFile(copy, wanted.subarray(0, 1_000_000));
      const resumed = await runInside(client, ["curl", "-sS", "-C", "-", "-w", "%{http_code}", "-o", copy, kernel]);
      assert.deepEqual([resumed.stdout, resumed.stderr], ["206", ""]);
      assert.ok(wanted.equals(await readFile(copy)));
      const whole = await runInside(client, ["curl", "-sS", "-o", copy, kernel]);
      assert.equal(whole.code, 0);
      const served = await rack.waitFor(
        "kernel",
        ({ type, data }) => type === "KernelServed" && data?.range === "",
        20_000,
      );
      assert.deepEqual([served.mac, served.data?.sizeBytes], ["52:54:00:00:00:3c", 3_000_000]);
      const script = await runInside(client, ["curl", "-sS", "http://10.77.0.1:7080/ipxe/script/auto.ipxe"]);
      assert.match(
        script.stdout,
        /kernel http:\/\/10\.77\.0\.1:7080\/hook\/vmlinuz-x86_64 facility= grpc_authority=10\.77\.0\.1:42113 /,
      );
      assert.match(script.stdout, / worker_id=52:54:00:00:00:3c hw_addr=52:54:00:00:00:3c /);
    });
  });
});

test("a flood of random and mutated datagrams does not keep a good client from its lease", async (t) => {
  await withRack({}, async (rack, attacker, client) => {
    const seed = Math.floor(seededRandom(t)() * 2 ** 31);
    // biome-ignore lint/plugin: for a program that is written here, in a test.
    const numbers = import.meta.resolve("@neverland/platform/testing/seeded-random.ts");
    const capture = new URL("../../../protocols/fixtures/dhcp/bios-virtio-ipxerom.json", import.meta.url);
    const flood = `
      const socket = require("node:dgram").createSocket("udp4");
      const { mulberry32 } = require(${JSON.stringify(fileURLToPath(numbers))});
      const random = mulberry32(${seed});
      const randomInt = (below) => Math.floor(random() * below);
      const randomBytes = (count) => Buffer.from(Array.from({ length: count }, () => randomInt(256)));
      const [packet] = JSON.parse(require("node:fs").readFileSync(${JSON.stringify(capture.pathname)}, "utf8"));
      socket.bind(0, () => {
        for (let i = 0; i < 4000; i++) {
          const bytes = i % 2 ? randomBytes(randomInt(1400)) : Buffer.from(packet.hex, "hex");
          if (i % 2 === 0) for (let k = 0; k < 6; k++) bytes[randomInt(bytes.length)] = randomInt(256);
          socket.send(bytes, i % 4 < 2 ? 67 : 69, "10.77.0.1");
        }
        setImmediate(() => socket.close());
      });`;
    const flooding = runInside(attacker, [process.execPath, "-e", flood]);
    const lease = ["udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "5", "-T", "1", "-s", "/bin/true"];
    const during = await runInside(client, lease);
    assert.equal(during.code, 0, during.stderr);
    assert.equal((await flooding).code, 0);
    assert.equal((await runInside(client, lease)).code, 0);
    await rack.waitFor("unreadable packet", ({ reason }) => reason === "UnreadablePacket", 10_000);
  });
});
