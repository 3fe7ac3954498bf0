// What machines were answered stands until their records change, and no longer.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { MacAddress } from "@neverland/protocols";
import { testMachine } from "../testing/machines.ts";
import { changeMachine } from "./change-machine.ts";
import type { MachineChange } from "./thread-messages.ts";

const [mac50, mac51] = ["52:54:00:00:00:32", "52:54:00:00:00:33"] as [MacAddress, MacAddress];
let index: MachineIndex;
let forgotten: (MacAddress | "all")[];

const change = (one: MachineChange): void =>
  changeMachine(index, one, {
    forget: (macs) => void forgotten.push(...macs),
    forgetAll: () => void forgotten.push("all"),
  });

beforeEach(() => {
  [index, forgotten] = [new MachineIndex(), []];
  change({ known: testMachine(50) });
  change({ known: testMachine(51) });
});

test("a new machine costs the others nothing", () => assert.deepEqual(forgotten, []));

test("a record that changes, or goes, is forgotten by the address it had", () => {
  change({ known: testMachine(50, { dhcp: { mac: "52:54:00:00:00:99" } }) });
  change({ gone: { namespace: "default", name: "m51" } });
  assert.deepEqual(forgotten, [mac50, mac51]);
  assert.equal(index.byMac(mac51).found, "none");
});

test("all are forgotten when one claims what another has", () => {
  change({ known: testMachine(52, { dhcp: { ip: { address: "10.77.0.50" } } }) });
  assert.deepEqual(forgotten, ["all"]);
  assert.equal(index.reservation(mac50).found, "several");
});
