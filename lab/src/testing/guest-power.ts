// A program for tests: a guest of 48 bytes that marks its disk and reboots, then finds the mark and powers itself off.
import { open, writeFile } from "node:fs/promises";
import type { LabEvent } from "../machine/lab-event.ts";
import { prepareMachineFolder } from "../machine/machine-files.ts";
import { openRack } from "../rack.ts";

const guest = Buffer.alloc(512);
// biome-ignore format: one instruction a line
guest.set([
  0x31, 0xc0,                   // xor ax, ax
  0x8e, 0xd8,                   // mov ds, ax
  0x8e, 0xc0,                   // mov es, ax
  0x80, 0x3e, 0xf0, 0x7d, 0x00, // cmp byte [mark], 0
  0x75, 0x1a,                   // jne second
  0xc6, 0x06, 0xf0, 0x7d, 0x01, // mov byte [mark], 1
  0xb8, 0x01, 0x03,             // mov ax, 0x0301: write one sector
  0xb9, 0x01, 0x00,             // mov cx, 1
  0xb6, 0x00,                   // mov dh, 0
  0xbb, 0x00, 0x7c,             // mov bx, 0x7c00
  0xcd, 0x13,                   // int 0x13
  0xba, 0xf9, 0x0c,             // mov dx, 0x0cf9: the chipset's reset register
  0xb0, 0x06,                   // mov al, 6
  0xee,                         // out dx, al
  0xeb, 0xfe,                   // jmp $
  0xba, 0x04, 0x06,             // second: mov dx, 0x0604: ACPI's PM1a control
  0xb8, 0x00, 0x20,             // mov ax, 0x2000: sleep, state 5
  0xef,                         // out dx, ax
  0xeb, 0xfe,                   // jmp $
]);
guest.set([0x55, 0xaa], 510);
const markOffset = 0x1f0;

const dir = process.argv[2] ?? "";
const end = new AbortController();
const events: string[] = [];
const onEvent = (event: LabEvent): void => {
  if (event.type !== "serial-line") events.push("by" in event ? `${event.type} by ${event.by}` : event.type);
};
const rack = await openRack({ dir, accelerator: "tcg", network: { cables: "packet-socket" }, onEvent }, end.signal);
const machine = await rack.add({ name: "m1", memoryMiB: 64, hurryIpxe: false });
await prepareMachineFolder(machine.folder, machine.spec);
await writeFile(machine.folder.disk, guest, { flag: "r+" });
// Into iPXE's command line and out again, which is the quickest way past the network to the disk.
machine.onEvent((event) => {
  if (event.type === "serial-line" && event.line.includes("Features:")) machine.typeSerial("\u0002exit\r");
});
await machine.powerOn(end.signal);
await machine.waitFor("power-off", (event) => event.type === "powered-off", { timeoutMs: 60_000 });
const disk = await open(machine.folder.disk);
const { buffer } = await disk.read(Buffer.alloc(1), 0, 1, markOffset);
await disk.close();
process.stdout.write(`${JSON.stringify({ events, mark: buffer[0], isOn: machine.isOn })}\n`);
await rack.close();
