// A boot sector that says one word on the serial port and halts: proof that the firmware came to the disk.

export const diskWord = "FROM-DISK";

/** 16-bit code: `mov dx,3f8h`, then `mov al,CHARACTER; out dx,al` for each, then `cli; hlt; jmp $-2`. */
const code = [
  0xba,
  0xf8,
  0x03,
  ...Array.from(diskWord, (letter) => [0xb0, letter.charCodeAt(0), 0xee]).flat(),
  0xfa,
  0xf4,
  0xeb,
  0xfc,
];

export const diskSector: Uint8Array = Uint8Array.of(...code, ...new Uint8Array(510 - code.length), 0x55, 0xaa);
