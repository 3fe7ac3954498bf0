// Memory that a disk can read from by itself: it begins at the border of a page.

/** What disks and file systems ask of writes that go past the page cache: place, length and memory are multiples of it (open(2), O_DIRECT). */
export const pageBytes = 4096;

/**
 * @param sizeBytes A multiple of 64 KiB, the unit of WebAssembly's memory. That is used because no buffer of JavaScript's own promises where it begins.
 */
export function pageAlignedBuffers(count: number, sizeBytes: number): Buffer[] {
  const memory = new WebAssembly.Memory({ initial: (count * sizeBytes) / (64 << 10) });
  return Array.from({ length: count }, (_, index) => Buffer.from(memory.buffer, index * sizeBytes, sizeBytes));
}
