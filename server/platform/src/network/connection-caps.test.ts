// Which connection makes room, and who is told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionCaps, type Crowding, type HeldConnection } from "./connection-caps.ts";

const shared = "127.0.0.1";

function setUp(limits: { most: number; mostPerAddress: number }) {
  const closed: string[] = [];
  const told: Crowding[] = [];
  const held = new Map<string, HeldConnection>();
  const caps = new ConnectionCaps({
    limits,
    isShared: (address) => address === shared,
    onCrowded: (crowding) => told.push(crowding),
  });
  const open = (key: string, address: string) => {
    let isOpen = true;
    const one = caps.open(address, () => {
      isOpen = false;
      held.delete(key);
      closed.push(key);
    });
    if (isOpen) held.set(key, one);
  };
  const get = (key: string): HeldConnection => held.get(key) ?? assert.fail(`${key} was closed`);
  const begin = (key: string) => caps.begin(get(key));
  const end = (key: string) => caps.end(get(key));
  return { caps, closed, told, open, begin, end, get, held };
}

test("of an address with too many the one that has been idle for longest is closed, and the address is named", () => {
  const { begin, end, closed, told, open } = setUp({ most: 100, mostPerAddress: 3 });
  for (const key of ["a1", "a2", "a3"]) open(key, "10.0.0.1");
  begin("a1");
  begin("a2");
  end("a1"); // idle since a moment ago; a3 all the time
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
  const { begin, closed, told, open } = setUp({ most: 100, mostPerAddress: 2 });
  for (const key of ["a1", "a2"]) {
    open(key, "10.0.0.1");
    begin(key);
  }
  open("a3", "10.0.0.1");
  assert.deepEqual(closed, ["a3"]);
  assert.match(told[0]?.message ?? "", /; none was idle, so the new one was closed$/);
});

test("of too many in all the one idle for longest is closed, whosever it is; a shared address counts with all", () => {
  const { begin, closed, told, open } = setUp({ most: 4, mostPerAddress: 2 });
  for (const key of ["s1", "s2", "s3", "s4"]) open(key, shared);
  begin("s1");
  open("b1", "10.0.0.2");
  assert.deepEqual(closed, ["s2"]);
  assert.equal(told[0]?.address, undefined);
  assert.match(told[0]?.message ?? "", /more than the 4 .* idle for longest was closed$/);
});

test("twenty thousand connections that ask nothing leave what is answered alone, at a cost that does not grow", () => {
  const { held, begin, closed, open } = setUp({ most: 1000, mostPerAddress: 64 });
  for (let n = 0; n < 500; n += 1) {
    open(`m${n}`, `10.0.${n >> 8}.${n & 255}`);
    begin(`m${n}`);
  }
  const before = process.cpuUsage();
  for (let n = 0; n < 20_000; n += 1) open(`x${n}`, `10.9.${(n >> 8) & 255}.${n & 255}`);
  assert.ok(process.cpuUsage(before).user < 1_000_000);
  assert.equal(closed.length, 19_500);
  assert.equal(closed.filter((key) => key.startsWith("m")).length, 0);
  assert.equal(held.size, 1000);
});

test("where answers that nobody reads are on all of them, the address with the most loses its oldest, until others have as many", () => {
  const { begin, closed, told, open } = setUp({ most: 6, mostPerAddress: 3 });
  for (const address of ["10.0.0.66", "10.0.0.67"])
    for (const n of [1, 2, 3]) {
      open(`${address} ${n}`, address);
      begin(`${address} ${n}`);
    }
  for (const n of [1, 2, 3]) {
    open(`m${n}`, "10.0.0.1");
    if (!closed.includes(`m${n}`)) begin(`m${n}`);
  }
  assert.deepEqual(closed, ["10.0.0.66 1", "10.0.0.67 1", "m3"]);
  assert.match(told[0]?.message ?? "", /none was idle, so the oldest of the 3 of 10\.0\.0\.66 was closed$/);
});

test("what a shared address has is many callers', and makes no room for one", () => {
  const { begin, closed, open } = setUp({ most: 2, mostPerAddress: 2 });
  for (const key of ["s1", "s2"]) {
    open(key, shared);
    begin(key);
  }
  open("a1", "10.0.0.1");
  assert.deepEqual(closed, ["a1"]);
});

test("whoever was refused is not among the idle: newcomers go on being refused, and no more are open than may be", () => {
  const { begin, closed, open, held } = setUp({ most: 100, mostPerAddress: 2 });
  for (const key of ["a1", "a2"]) {
    open(key, "10.0.0.1");
    begin(key);
  }
  for (let n = 0; n < 10; n += 1) open(`b${n}`, "10.0.0.1");
  assert.equal(closed.length, 10);
  assert.deepEqual([...held.keys()], ["a1", "a2"]);
});

test("an end that is told twice, or after what was asked on it, leaves nothing behind that could make room", () => {
  const { caps, get, begin, held, open } = setUp({ most: 100, mostPerAddress: 2 });
  open("a1", "10.0.0.1");
  open("a2", "10.0.0.1");
  const gone = get("a1");
  begin("a1");
  for (let n = 0; n < 2; n += 1) caps.closed(gone);
  assert.equal(caps.end(gone), true);
  held.delete("a1");
  for (let n = 0; n < 10; n += 1) open(`b${n}`, "10.0.0.1");
  assert.deepEqual([...held.keys()], ["b8", "b9"]);
});
