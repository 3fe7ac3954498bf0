// Which connection makes room, and who is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionCaps, type Crowding } from "./connection-caps.ts";

const shared = "127.0.0.1";

function setUp(limits: { most: number; mostPerAddress: number }) {
  const closed: string[] = [];
  const told: Crowding[] = [];
  const caps = new ConnectionCaps<string>({
    limits,
    isShared: (address) => address === shared,
    onCrowded: (crowding) => told.push(crowding),
  });
  const open = (key: string, address: string) => caps.open(key, address, () => void closed.push(key));
  return { caps, closed, told, open };
}

test("of an address with too many the one that has been idle for longest is closed, and the address is named", () => {
  const { caps, closed, told, open } = setUp({ most: 100, mostPerAddress: 3 });
  for (const key of ["a1", "a2", "a3"]) open(key, "10.0.0.1");
  caps.begin("a1");
  caps.begin("a2");
  caps.end("a1"); // idle since a moment ago; a3 all the time
  open("b1", "10.0.0.2");
  open("a4", "10.0.0.1");
  open("a5", "10.0.0.1");
  assert.deepEqual(closed, ["a3", "a1"]);
  assert.deepEqual(told[0], {
    address: "10.0.0.1",
    message:
      "10.0.0.1 has more than the 3 connections that one machine may have; the one that had been idle for longest was closed",
  });
});

test("when all of them are answered on, the new one is closed", () => {
  const { caps, closed, told, open } = setUp({ most: 100, mostPerAddress: 2 });
  for (const key of ["a1", "a2"]) {
    open(key, "10.0.0.1");
    caps.begin(key);
  }
  open("a3", "10.0.0.1");
  assert.deepEqual(closed, ["a3"]);
  assert.match(told[0]?.message ?? "", /; none was idle, so the new one was closed$/);
});

test("of too many in all the one idle for longest is closed, whosever it is; a shared address counts with all", () => {
  const { caps, closed, told, open } = setUp({ most: 4, mostPerAddress: 2 });
  for (const key of ["s1", "s2", "s3", "s4"]) open(key, shared);
  caps.begin("s1");
  open("b1", "10.0.0.2");
  assert.deepEqual(closed, ["s2"]);
  assert.equal(told[0]?.address, undefined);
  assert.match(told[0]?.message ?? "", /more than the 4 .* idle for longest was closed$/);
});

test("twenty thousand connections that ask nothing leave what is answered alone, at a cost that does not grow", () => {
  const { caps, closed, open } = setUp({ most: 1000, mostPerAddress: 64 });
  for (let n = 0; n < 500; n += 1) {
    open(`m${n}`, `10.0.${n >> 8}.${n & 255}`);
    caps.begin(`m${n}`);
  }
  const before = process.cpuUsage();
  for (let n = 0; n < 20_000; n += 1) open(`x${n}`, `10.9.${(n >> 8) & 255}.${n & 255}`);
  assert.ok(process.cpuUsage(before).user < 1_000_000);
  assert.equal(closed.length, 19_500);
  assert.equal(closed.filter((key) => key.startsWith("m")).length, 0);
  assert.equal([...caps.keys()].length, 1000);
});
