import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stageBill } from "./stage-bill.ts";

const startMs = Date.parse("2026-05-01T12:00:00Z");

type Row = readonly [atSeconds: number, type: string, data?: Record<string, string>];

const events = (rows: readonly Row[]) =>
  rows.map(([atSeconds, type, data]) => ({
    source: "test",
    type,
    message: type,
    time: new Date(startMs + Math.round(atSeconds * 1000)).toISOString(),
    ...(data === undefined ? {} : { data }),
  }));

const pxe = { vendorClass: "PXEClient:Arch:00000:UNDI:002001" };
const efi = { vendorClass: "PXEClient:Arch:00007:UNDI:003000" };
const udhcp = { vendorClass: "udhcp 1.35.0" };
const action = (name: string) => ({ action: name });

/** As a BIOS machine with iPXE in its card installs and comes up from its disk. */
const bios: readonly Row[] = [
  [0, "PoweredOn"],
  [1.9, "DhcpOffer", pxe],
  [1.95, "RouterAdvertised"],
  [2.0, "DhcpAck", pxe],
  [2.2, "ScriptServed"],
  [2.6, "KernelServed"],
  [3.9, "InitrdServed"],
  [7.5, "DhcpOffer", udhcp],
  [7.6, "DhcpAck", udhcp],
  [8.9, "WorkerAsked"],
  [8.95, "ActionStarted", action("stream")],
  [19, "FileServed"],
  [20.3, "ActionSucceeded", action("stream")],
  [20.32, "ActionStarted", action("reboot")],
  [20.9, "ActionSucceeded", action("reboot")],
  [20.95, "NetbootForbidden"],
  [21, "WorkflowSucceeded"],
  [22.9, "Reset"],
  [24.8, "DhcpOffer", pxe],
  [24.9, "DhcpAck", pxe],
  [25.0, "HttpRefused"],
  [45, "DhcpOffer"],
  [45.1, "DhcpAck"],
  [53.9, "MetadataServed"],
  [54.5, "UserDataServed"],
  [66, "PhonedHome"],
  [71, "SshReady"],
];

test("a BIOS installation's bill names every stage and adds up to its wall time", () => {
  const bill = stageBill(events(bios));
  assert.deepEqual(
    bill?.stages.map(({ name, seconds }) => [name, seconds]),
    [
      ["firmware", 1.9],
      ["DHCP", 0.1],
      ["loader", 0.2],
      ["kernel+initramfs", 1.7],
      ["worker up", 5],
      ["action stream", 11.4],
      ["action reboot", 0.6],
      ["reboot", 4.1],
      ["OS boot", 28.9],
      ["cloud-init", 12.1],
      ["SSH", 5],
    ],
  );
  assert.equal(bill?.totalSeconds, 71);
  assert.deepEqual(bill?.ownerSeconds, { firmware: 6, neverland: 7, action: 12, os: 46, idle: 0 });
});

test("under UEFI the loader is what the firmware fetches and what iPXE needs to ask again", () => {
  const uefi: readonly Row[] = [
    [0, "PoweredOn"],
    [4.2, "DhcpOffer", efi],
    [8.1, "DhcpAck", efi],
    [8.3, "TftpRead"],
    [8.6, "DhcpOffer", efi],
    [8.7, "DhcpAck", efi],
    [8.9, "ScriptServed"],
    [9.5, "KernelServed"],
    [11, "InitrdServed"],
    [16, "WorkerAsked"],
    [16.1, "ActionStarted", action("stream")],
    [30, "ActionSucceeded", action("stream")],
    [37, "DhcpOffer", efi],
    [41, "DhcpAck", efi],
    [41.1, "TftpRefused"],
    [80, "MetadataServed"],
    [95, "PhonedHome"],
    [102, "SshReady"],
  ];
  const bill = stageBill(events(uefi));
  assert.deepEqual(
    bill?.stages.map(({ name, seconds }) => [name, seconds]),
    [
      ["firmware", 4.2],
      ["DHCP", 4],
      ["loader", 0.7],
      ["kernel+initramfs", 2.1],
      ["worker up", 5],
      ["action stream", 14],
      ["reboot", 11.1],
      ["OS boot", 38.9],
      ["cloud-init", 15],
      ["SSH", 7],
    ],
  );
});

test("the bill is the last run's: an earlier installation is not in it", () => {
  const earlier = bios.map(([at, type, data]) => [at - 5000, type, data ?? {}] as const);
  assert.equal(stageBill(events([...earlier, ...bios]))?.totalSeconds, 71);
});

test("without a power-on that anyone saw, time counts from the machine's first packet of that boot", () => {
  const seen = bios.filter(([, type]) => type !== "PoweredOn");
  const installedBefore = bios
    .map(([at, type, data]) => [at - 100, type, data ?? {}] as const)
    .filter(([, type]) => type !== "PoweredOn");
  const bill = stageBill(events([...installedBefore, ...seen]));
  assert.equal(bill?.fromPowerOn, false);
  assert.equal(bill?.totalSeconds, 69.1);
});

test("a boot from the disk alone has a bill too", () => {
  const bill = stageBill(
    events([
      [0, "PoweredOn"],
      [2, "DhcpOffer", pxe],
      [2.1, "DhcpAck", pxe],
      [2.2, "HttpRefused"],
      [30, "MetadataServed"],
      [50, "SshReady"],
    ]),
  );
  assert.deepEqual(
    bill?.stages.map(({ name, seconds }) => [name, seconds]),
    [
      ["firmware", 2],
      ["DHCP", 0.1],
      ["loader", 0.1],
      ["OS boot", 27.8],
      ["SSH", 20],
    ],
  );
});

const stagesOf = (rows: readonly Row[]) => stageBill(events(rows))?.stages.map(({ name, seconds }) => [name, seconds]);

test("a machine that was off between two starts was off, and not at DHCP", () => {
  const rows: readonly Row[] = [
    [0, "DhcpOffer", pxe],
    [0.1, "DhcpAck", pxe],
    [67, "DhcpOffer", pxe],
    [67.1, "DhcpAck", pxe],
    [67.5, "ScriptServed"],
    [68, "KernelServed"],
    [75, "WorkerAsked"],
  ];
  assert.deepEqual(stagesOf(rows), [
    ["DHCP", 0.2],
    ["off / waiting", 66.9],
    ["loader", 0.4],
    ["kernel+initramfs", 0.5],
    ["worker up", 7],
  ]);
});

test("what a worker waited for its workflow is not the action's", () => {
  const rows: readonly Row[] = [
    [0, "PoweredOn"],
    [2, "DhcpOffer", pxe],
    [3, "KernelServed"],
    [9, "WorkerAsked"],
    [96, "ActionStarted", action("stream")],
    [96.6, "ActionSucceeded", action("stream")],
  ];
  assert.deepEqual(stagesOf(rows), [
    ["firmware", 2],
    ["kernel+initramfs", 1],
    ["worker up", 6],
    ["off / waiting", 87],
    ["action stream", 0.6],
  ]);
});

test("an action whose image is fetched before it is said to run takes that long", () => {
  const rows: readonly Row[] = [
    [0, "PoweredOn"],
    [9, "WorkerAsked"],
    [28, "ImageServed"],
    [29, "ActionStarted", action("stream")],
    [30, "ActionSucceeded", action("stream")],
  ];
  assert.deepEqual(stagesOf(rows)?.at(-1), ["action stream", 21]);
});

test("after a power cut within an action the in-memory system boots again, and no installed one", () => {
  const rows: readonly Row[] = [
    [0, "PoweredOn"],
    [2, "DhcpOffer", pxe],
    [2.1, "DhcpAck", pxe],
    [3, "ScriptServed"],
    [4, "KernelServed"],
    [8, "DhcpOffer", udhcp],
    [9, "WorkerAsked"],
    [10, "ActionStarted", action("stream")],
    [400, "DhcpOffer", pxe],
    [400.1, "DhcpAck", pxe],
    [401, "ScriptServed"],
    [402, "KernelServed"],
    [406, "DhcpOffer", udhcp],
    [407, "WorkerAsked"],
    [408, "ActionStarted", action("stream")],
    [420, "ActionSucceeded", action("stream")],
    [430, "DhcpOffer", pxe],
    [450, "DhcpOffer"],
    [460, "MetadataServed"],
  ];
  assert.deepEqual(stagesOf(rows), [
    ["firmware", 2],
    ["DHCP", 0.2],
    ["loader", 1.8],
    ["kernel+initramfs", 2],
    ["worker up", 10],
    ["action stream", 14],
    ["off / waiting", 390],
    ["reboot", 10],
    ["OS boot", 30],
  ]);
});

test("a machine of which nothing is known has no bill", () => {
  assert.equal(stageBill([]), undefined);
});

test("whatever happened, the stages add up to the wall time", () => {
  const row = fc.tuple(
    fc.integer({ min: 0, max: 1_000_000 }).map((ms) => ms / 1000),
    fc.constantFrom(...new Set(bios.map(([, type]) => type))),
    fc.constantFrom(pxe, udhcp, action("a"), action("b")),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
      const bill = stageBill(events(rows));
      const sumMs = (bill?.stages ?? []).reduce((total, { seconds }) => total + Math.round(seconds * 1000), 0);
      assert.equal(sumMs, (bill?.toMs ?? 0) - (bill?.fromMs ?? 0));
      assert.equal(
        (bill?.stages ?? []).every(({ seconds }) => seconds >= 0),
        true,
      );
    }),
  );
});
