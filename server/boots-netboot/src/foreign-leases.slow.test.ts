// The life of a lease after it was given, with Debian's own clients and relay: renewed, rebound, released, and all of it from behind a router.
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openRack, type Rack, type RackEvent } from "./testing/boots-rack.ts";
import { testMachine } from "./testing/machines.ts";
import { type Namespace, openNamespace, runInside, spawnInside, untilSaid } from "./testing/network-namespace.ts";

/** Sets the address that the client was given; clients run it with their findings in the environment. */
const leaseScript = `#!/bin/sh
case "\${reason:-$1}" in
  BOUND|bound) ip addr add "\${new_ip_address:-$ip}/24" dev eth0; ip route add default via "\${new_routers:-$router}" ;;
esac
exit 0
`;
const patienceMs = 60_000;

let directory: string;
let script: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "boots-leases-"));
  script = join(directory, "lease-script");
  await writeFile(script, leaseScript);
  await chmod(script, 0o755);
});

after(() => rm(directory, { recursive: true }));

/** As often as `type` was told of m61, or a rejection. */
const times = (rack: Rack, type: string, count: number): Promise<RackEvent> => {
  const isNth = (event: RackEvent) =>
    event.type === type && rack.events.filter((one) => one.type === type).indexOf(event) === count - 1;
  return rack.waitFor(`${type} number ${count}`, isNth, patienceMs);
};

const udhcpcIn = (client: Namespace) => spawnInside(client, ["udhcpc", "-i", "eth0", "-f", "-n", "-s", script]);

/** Tells it to renew, and waits until it says that it has. */
async function renew(udhcpc: ReturnType<typeof udhcpcIn>, said: RegExp): Promise<void> {
  const renewed = untilSaid(udhcpc.stderr, said);
  udhcpc.kill("SIGUSR1");
  await renewed;
}

test("udhcpc renews its lease by unicast when told to, and releases it when told to", async () => {
  const rack = await openRack({}, [testMachine(61)]);
  try {
    const client = await rack.addClient("52:54:00:00:00:3d");
    const udhcpc = udhcpcIn(client);
    await untilSaid(udhcpc.stderr, /lease of 10\.77\.0\.61 obtained/);
    await renew(udhcpc, /sending renew to server 10\.77\.0\.1[\s\S]*lease of 10\.77\.0\.61 obtained/);
    udhcpc.kill("SIGUSR2");
    const { data } = await times(rack, "DhcpRelease", 1);
    assert.deepEqual(data, { address: "10.77.0.61" });
    udhcpc.kill("SIGKILL");
    await once(udhcpc, "close");
    assert.equal(rack.events.filter(({ type }) => type === "DhcpNak" || type === "DhcpIgnored").length, 0);
  } finally {
    await rack.close();
  }
});

test("dhclient renews a short lease by unicast, rebinds by broadcast when that does not arrive, and releases it", async () => {
  const rack = await openRack({}, [testMachine(61, { dhcp: { lease_time: 8 } })]);
  try {
    const client = await rack.addClient("52:54:00:00:00:3d");
    const files = ["-sf", script, "-lf", join(directory, "leases"), "-pf", join(directory, "pid")];
    const dhclient = spawnInside(client, ["dhclient", "-d", "-v", ...files, "eth0"]);
    const said = (text: RegExp) => untilSaid(dhclient.stderr, text);
    await said(/bound to 10\.77\.0\.61/);
    await said(
      /DHCPREQUEST for 10\.77\.0\.61 on eth0 to 10\.77\.0\.1 port 67[\s\S]*DHCPACK of 10\.77\.0\.61 from 10\.77\.0\.1/,
    );
    await times(rack, "DhcpAck", 2);
    // What goes to the server alone now goes astray; what goes to all does not.
    const astray = ["lladdr", "02:00:00:00:00:99", "dev", "eth0", "nud", "permanent"];
    const rebound = said(
      /DHCPREQUEST for 10\.77\.0\.61 on eth0 to 255\.255\.255\.255 port 67[\s\S]*DHCPACK of 10\.77\.0\.61/,
    );
    assert.equal((await runInside(client, ["ip", "neigh", "replace", "10.77.0.1", ...astray])).code, 0);
    await rebound;
    assert.equal((await runInside(client, ["ip", "neigh", "del", "10.77.0.1", "dev", "eth0"])).code, 0);
    const ended = once(dhclient, "close");
    const released = await runInside(client, ["dhclient", "-r", "-v", ...files, "eth0"]);
    assert.match(released.stderr, /DHCPRELEASE of 10\.77\.0\.61 on eth0 to 10\.77\.0\.1 port 67/);
    await times(rack, "DhcpRelease", 1);
    await ended;
    assert.equal(rack.events.filter(({ type }) => type === "DhcpNak" || type === "DhcpIgnored").length, 0);
  } finally {
    await rack.close();
  }
});

test("a machine behind dhcrelay gets, renews and releases its lease, and the relay its own information back", async () => {
  const behind = { ip: { address: "10.78.0.61", netmask: "255.255.255.0", gateway: "10.78.0.1" } };
  const rack = await openRack({}, [testMachine(61, { dhcp: behind })]);
  try {
    const router = await rack.addClient("52:54:00:00:00:02");
    const client = await openNamespace("true", rack.server);
    const setUp = [
      "ip addr add 10.77.0.2/24 dev eth0",
      `ip link add eth1 type veth peer name eth0 address 52:54:00:00:00:3d netns ${client.pid}`,
      "ip addr add 10.78.0.1/24 dev eth1 && ip link set eth1 up",
      "echo 1 > /proc/sys/net/ipv4/ip_forward",
    ];
    const made = await runInside(router, ["sh", "-ec", setUp.join("\n")]);
    assert.deepEqual([made.code, made.stderr], [0, ""]);
    await runInside(client, ["ip", "link", "set", "eth0", "up"]);
    await runInside(rack.server, ["ip", "route", "add", "10.78.0.0/24", "via", "10.77.0.2"]);
    const pid = join(directory, "relay-pid");
    const relay = spawnInside(router, [
      "dhcrelay",
      "-4",
      "-d",
      "-a",
      "-pf",
      pid,
      "-iu",
      "eth0",
      "-id",
      "eth1",
      "10.77.0.1",
    ]);
    let relayed = "";
    relay.stderr.on("data", (part: Buffer) => (relayed += part.toString("latin1")));
    await untilSaid(relay.stderr, /Sending on\s+Socket\/fallback/);
    const udhcpc = udhcpcIn(client);
    await untilSaid(udhcpc.stderr, /lease of 10\.78\.0\.61 obtained from 10\.77\.0\.1/);
    await renew(udhcpc, /sending renew to server 10\.77\.0\.1[\s\S]*lease of 10\.78\.0\.61 obtained/);
    udhcpc.kill("SIGUSR2");
    await times(rack, "DhcpRelease", 1);
    for (const program of [udhcpc, relay]) {
      program.kill("SIGKILL");
      await once(program, "close");
    }
    await client.close();
    // It drops replies in which the information that it added is missing, and says so.
    assert.doesNotMatch(relayed, /Discarding|bad|missing/i);
    // udhcpc renews under its old transaction number: so soon after, that is told as a repeat.
    assert.deepEqual(
      rack.events.filter(({ mac }) => mac === "52:54:00:00:00:3d").map(({ type }) => type),
      ["DhcpOffer", "DhcpAck", "DhcpRelease"],
    );
  } finally {
    await rack.close();
  }
});
