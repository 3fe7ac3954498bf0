// How files begin that are no disk's content, and what to do with each. In hexadecimal, as each format's description has it.

export type FileForm = {
  readonly at?: number;
  readonly starts: string;
  readonly is: string;
  /** A sentence without its full stop. */
  readonly mend: string;
};

const convert = "Convert it with `qemu-img convert -O raw` first";
const whole =
  "The disk is in the files that it names: put them together where they are, with `qemu-img convert -O raw`";
export const unpack = "Take the disk image out of it, and serve that";
const compressedTwice = "Decompress it once more, and serve that";

const restore = "Write it to a disk by the program that made it, and serve that disk";
const compressAnew = "Compress it by zstd, xz, gzip or bzip2";
const decrypt = "Decrypt it, and serve that";
export const check = "Check IMG_URL";

export const fileForms: readonly FileForm[] = [
  { starts: "514649fb", is: "a qcow2 file", mend: convert },
  { starts: "51454400", is: "a QED file", mend: convert },
  { starts: "4b444d56", is: "a VMDK file", mend: convert },
  { starts: "434f5744", is: "a VMDK file", mend: convert },
  { starts: "23204469736b2044657363726970746f7246696c65", is: "the description of a VMDK file", mend: whole },
  { starts: "7668647866696c65", is: "a VHDX file", mend: convert },
  { starts: "636f6e6563746978", is: "a VHD file that grows", mend: convert },
  { at: 64, starts: "7f10dabe", is: "a VDI file", mend: convert },
  { starts: "576974686f75", is: "a Parallels file", mend: convert },
  { starts: "3aff26ed", is: "a sparse image of Android", mend: "Convert it with `simg2img` first" },
  { starts: "4d5357494d000000", is: "a Windows image (WIM)", mend: "Apply it to a disk first, and serve that disk" },
  { at: 257, starts: "7573746172", is: "a tar archive", mend: unpack },
  { starts: "504b0304", is: "a zip archive", mend: unpack },
  { starts: "377abcaf271c", is: "a 7z archive", mend: unpack },
  { starts: "526172211a07", is: "a RAR archive", mend: unpack },
  { starts: "3037303730", is: "a cpio archive, as an initramfs is one", mend: unpack },
  { starts: "213c617263683e0a", is: "a Debian package", mend: unpack },
  { starts: "edabeedb", is: "an RPM package", mend: unpack },
  { starts: "25504446", is: "a PDF", mend: check },
  { starts: "7f454c46", is: "a program (ELF)", mend: check },
  { starts: "1f8b08", is: "compressed by gzip", mend: compressedTwice },
  { starts: "fd377a585a00", is: "compressed by xz", mend: compressedTwice },
  { starts: "28b52ffd", is: "compressed by zstd", mend: compressedTwice },
  { starts: "425a6839314159265359", is: "compressed by bzip2", mend: compressedTwice },
  { starts: "04224d18", is: "compressed by lz4", mend: compressAnew },
  { starts: "4c5a4950", is: "compressed by lzip", mend: compressAnew },
  { starts: "5d0000", is: "compressed by lzma", mend: compressAnew },
  { starts: "02214c18", is: "compressed by lz4 of old", mend: compressAnew },
  { starts: "894c5a4f000d0a1a0a", is: "compressed by lzop", mend: compressAnew },
  { starts: "4c525a49", is: "compressed by lrzip", mend: compressAnew },
  { starts: "1f9d", is: "compressed by compress (.Z)", mend: compressAnew },
  { starts: "426f636873205669727475616c204844", is: "a Bochs file", mend: convert },
  { starts: "23212f62696e2f73680a2356322e3020466f726d6174", is: "a cloop file", mend: convert },
  { starts: "455646090d0aff00", is: "an EnCase file (E01)", mend: restore },
  { starts: "70617274636c6f6e652d696d616765", is: "an image of Partclone", mend: restore },
  { starts: "006e7466736c6f6e652d696d616765", is: "an image of ntfsclone", mend: restore },
  { starts: "50615274496d4167452d566f4c754d65", is: "an image of Partimage", mend: restore },
  { starts: "4673417243685f", is: "an archive of FSArchiver", mend: restore },
  { starts: "55424923", is: "an image for flash memory (UBI)", mend: check },
  { starts: "27051956", is: "an image for U-Boot, as a kernel is one", mend: check },
  { starts: "d00dfeed", is: "a device tree or FIT image", mend: check },
  { starts: "414e44524f494421", is: "a boot image of Android", mend: check },
  { starts: "4d534346", is: "a cabinet archive", mend: unpack },
  { starts: "78617221", is: "a xar archive", mend: unpack },
  { starts: "7a73796e633a20", is: "a zsync file, which only says where the image is", mend: check },
  { starts: "64383a616e6e6f756e6365", is: "a torrent, which only says where the image is", mend: check },
  { starts: "53616c7465645f5f", is: "encrypted by OpenSSL", mend: decrypt },
  { starts: "6167652d656e6372797074696f6e2e6f7267", is: "encrypted by age", mend: decrypt },
  { starts: "89504e470d0a1a0a", is: "a picture (PNG)", mend: check },
  { starts: "ffd8ff", is: "a picture (JPEG)", mend: check },
  { starts: "53514c69746520666f726d6174203300", is: "a database (SQLite)", mend: check },
  { starts: "fffe", is: "text (UTF-16)", mend: check },
  { starts: "feff", is: "text (UTF-16)", mend: check },
];
