// Ports that cannot be had, and broadcasts that are not answered, where sockets are tied to links and where they cannot be.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { type Libc, loadLibc } from "@neverland/platform/network/libc.ts";
import { freePort } from "@neverland/platform/testing/free-port.ts";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import type { Ipv4Address, MacAddress } from "@neverland/protocols";
import { openBootsPorts } from "./boots-ports.ts";

const linkOf = (name: string, serverAddress: string) => ({
  link: { name, mac: "00:00:00:00:00:00" as MacAddress, serverAddress: serverAddress as Ipv4Address },
});

async function open(libc: Libc | undefined, links: readonly ReturnType<typeof linkOf>[], dhcpPort: number) {
  const warnings: string[] = [];
  const warn = (message: string): unknown => warnings.push(message);
  const tftp = { port: await freePort() };
  const ports = await openBootsPorts({ libc, links, dhcpPort, tftp, clock: new ManualClock(0), warn });
  return { warnings, ports };
}

for (const [name, load] of [
  ["the C library", loadLibc],
  ["Node's own sockets", async () => undefined],
] as const)
  test(`by ${name}, a port that another has is said by its owner`, async (t) => {
    const port = await freePort();
    const other = createSocket("udp4").bind(port);
    t.after(() => other.close());
    await once(other, "listening");
    const { message } = await open(await load(), [linkOf("lo", "127.0.0.1")], port).then(
      ({ ports }) => assert.fail(JSON.stringify(ports)),
      (error: Error) => error,
    );
    const owner = /: \S.* \(process \d+\) has that port; end it or choose another port$/;
    assert.equal(message.replace(owner, ""), `cannot listen for DHCP on lo, UDP port ${port}`);
  });

test("of two interfaces nothing tells by which a broadcast came: none is heard, and that is said", async (t) => {
  const { ports, warnings } = await open(
    undefined,
    [linkOf("lo", "127.0.0.1"), linkOf("lo", "127.0.0.1")],
    await freePort(),
  );
  t.after(() => ports.close());
  assert.deepEqual(warnings, [
    "machines on lo and lo get addresses by way of a relay alone: what they broadcast is not answered, since without koffi nothing tells by which of these it came; name one interface alone",
  ]);
  assert.ok("ports" in ports.sockets);
  assert.deepEqual(
    ports.sockets.ports.filter(({ soleLink }) => soleLink !== undefined),
    [],
  );
});

test("machines may be told an address that another link has: TFTP is there, DHCP at the link's own, from which broadcasts leave by it", async (t) => {
  const { ports } = await open(undefined, [linkOf("lo", "127.0.0.2")], await freePort());
  t.after(() => ports.close());
  assert.ok("ports" in ports.sockets);
  assert.deepEqual(
    ports.sockets.ports.map(({ host, soleLink }) => [host, soleLink]),
    [
      ["127.0.0.1", "lo"],
      ["127.0.0.2", undefined],
    ],
  );
});
