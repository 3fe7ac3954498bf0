// What other packages may use of what image2disk knows of images.
export { type Compression, seenCompression } from "./compression.ts";
export { decompress } from "./decompress.ts";
export { contentBytes, type DiskContent, readDiskContent } from "./disk-content.ts";
export { notADisk } from "./not-a-disk.ts";
export { virtualSize } from "./virtual-size.ts";
