import assert from "node:assert/strict";
import { test } from "node:test";
import { clientMac, decodeDhcpMessage, ipv4FromBytes, joinOptions, OptionCode } from "@neverland/protocols";
import { paperMachineAt } from "../paper-machine.ts";
import { MachineMessages } from "./machine-messages.ts";

const route = { relay: "10.127.255.254", server: "198.18.0.1" };
const machine = 0x01_02_03;
const sent = (speaker: "firmware" | "ipxe", asking: "discover" | "request") =>
  decodeDhcpMessage(new MachineMessages(speaker, route, machine - 1, 3).of(machine, asking));

test("firmware's DISCOVER is the captured one, of this machine, passed on by the relay", () => {
  const message = sent("firmware", "discover");
  const options = joinOptions(message);
  assert.equal(clientMac(message), "02:00:00:01:02:03");
  assert.equal(message.giaddr, "10.127.255.254");
  assert.deepEqual([...options.keys()], [53, 57, 55, 97, 94, 93, 60]);
  assert.equal(
    Buffer.from(options.get(OptionCode.vendorClass) ?? []).toString("latin1"),
    "PXEClient:Arch:00007:UNDI:003000",
  );
  assert.deepEqual(options.get(OptionCode.clientMachineIdentifier)?.slice(-3), Uint8Array.of(1, 2, 3));
});

for (const speaker of ["firmware", "ipxe"] as const)
  test(`${speaker}'s REQUEST takes the offer of this machine's address from the server`, () => {
    const options = joinOptions(sent(speaker, "request"));
    const [requested, server] = [OptionCode.requestedAddress, OptionCode.serverIdentifier].map((code) =>
      ipv4FromBytes(options.get(code) ?? new Uint8Array()),
    );
    assert.deepEqual([requested, server], ["10.65.2.3", "198.18.0.1"]);
    assert.equal(requested, paperMachineAt(machine).address);
  });

test("iPXE names itself, and identifies the machine by its MAC", () => {
  const options = joinOptions(sent("ipxe", "discover"));
  assert.equal(Buffer.from(options.get(OptionCode.userClass) ?? []).toString("latin1"), "iPXE");
  assert.deepEqual(options.get(OptionCode.clientIdentifier), Uint8Array.of(1, 2, 0, 0, 1, 2, 3));
});
