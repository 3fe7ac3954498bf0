// Programs for bare machines that say one word on the serial port and halt: proof that the firmware, or iPXE, came to them.

/** A disk's first sector. */
export function bootSector(word: string): Uint8Array {
  const bytes = new Uint8Array(512);
  bytes.set(sayAndHalt(word));
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

/**
 * A kernel in Linux's format for the x86 BIOS (boot protocol 2.12), whose real-mode part is all that it has: a sector with
 * the header's beginning, a sector of code behind the header's rest, and an empty protected-mode part.
 */
export function biosKernel(word: string): Uint8Array {
  const bytes = new Uint8Array(4 * 512);
  const view = new DataView(bytes.buffer);
  view.setUint8(0x1f1, 1); // setup_sects
  view.setUint16(0x1fe, 0xaa55, true);
  bytes.set([0xeb, codeOffset - 0x202], 0x200); // jump over the header
  bytes.set(Buffer.from("HdrS"), 0x202);
  view.setUint16(0x206, 0x020c, true);
  view.setUint8(0x211, 1); // loadflags: the rest goes above 1 MiB
  view.setUint32(0x22c, 0x37ffffff, true); // initrd_addr_max
  view.setUint32(0x238, 2047, true); // cmdline_size
  bytes.set(sayAndHalt(word), codeOffset);
  return bytes;
}

const codeOffset = 0x270;

/** 16-bit code: `mov dx,3f8h`, then `mov al,CHARACTER; out dx,al` for each, then `cli; hlt; jmp $-1`. */
function sayAndHalt(word: string): number[] {
  const letters = Array.from(word, (letter) => [0xb0, letter.charCodeAt(0), 0xee]);
  return [0xba, 0xf8, 0x03, ...letters.flat(), 0xfa, 0xf4, 0xeb, 0xfd];
}
