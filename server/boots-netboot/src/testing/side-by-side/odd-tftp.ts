// TFTP packets as no client should send them, and what they are answered: the same by tftpd-hpa and by us, or not, and then why.

/** `data` with the size of the first block, `oack` with the options, `error` with its code, or `silence`. */
export interface OddTftp {
  readonly is: string;
  readonly bytes: Uint8Array;
  readonly answer: string | { readonly ours: string; readonly tftpd: string; readonly why: string };
  /** On the timeline: the event's type and reason. */
  readonly told?: string;
}

/** The file that both have, of 1300 bytes. */
export const file = "snponly.efi";
export const fileBytes = 1300;

const raw = (text: string): Uint8Array => Buffer.from(text, "latin1");
const read = (rest: string, name = file): Uint8Array => raw(`\0\x01${name}\0${rest}`);
const octet = (...options: readonly string[]): Uint8Array =>
  read(`octet\0${options.map((text) => `${text}\0`).join("")}`);

const leftOut = {
  ours: "data 512",
  tftpd: "error 8",
  why: "an option that makes no sense is left out (RFC 2347), and the client reads without it",
} as const;
const fragments = {
  ours: "oack blksize=1468",
  tftpd: "oack blksize=65464",
  why: "longer blocks travel in fragments, which some firmware cannot join",
} as const;
const windows = "tftpd-hpa does not know windows (RFC 7440)";

export const oddTftp: readonly OddTftp[] = [
  { is: "nothing odd", bytes: octet(), answer: "data 512" },
  { is: "a mode in capitals", bytes: read("OcTeT\0"), answer: "data 512" },
  { is: "netascii", bytes: read("netascii\0"), answer: "data 512" },
  { is: "mode mail", bytes: read("mail\0"), answer: "error 4", told: "TftpRefused ModeRefused" },
  { is: "mode binary", bytes: read("binary\0"), answer: "error 4" },
  { is: "a mode of no letters", bytes: read("\0"), answer: "error 4" },
  { is: "no mode", bytes: raw(`\0\x01${file}\0`), answer: "error 4", told: "TftpIgnored UnreadablePacket" },
  { is: "a name without an end", bytes: raw(`\0\x01${file}`), answer: "error 4" },
  { is: "a mode without an end", bytes: raw(`\0\x01${file}\0octet`), answer: "error 4" },
  { is: "no name", bytes: read("octet\0", ""), answer: "error 4", told: "TftpIgnored UnreadablePacket" },
  { is: "nothing behind the opcode", bytes: raw("\0\x01"), answer: "error 4" },
  {
    is: "one byte",
    bytes: raw("\0"),
    answer: {
      ours: "silence",
      tftpd: "error 4",
      why: "what is no opcode asks for nothing; an error could be sent to any address",
    },
    told: "TftpIgnored UnreadablePacket",
  },
  { is: "opcode 0", bytes: raw("\0\0"), answer: "silence", told: "TftpIgnored UnreadablePacket" },
  { is: "opcode 9", bytes: raw("\0\x09abc\0octet\0"), answer: "silence" },
  { is: "an opcode that is too large by 256", bytes: raw(`\x01\x01${file}\0octet\0`), answer: "silence" },
  { is: "a block", bytes: raw("\0\x03\0\x01abc"), answer: "silence" },
  { is: "an acknowledgement of nothing", bytes: raw("\0\x04\0\x01"), answer: "silence" },
  { is: "an error of nothing", bytes: raw("\0\x05\0\0x\0"), answer: "silence" },
  { is: "an OACK of the client", bytes: raw("\0\x06blksize\x00512\0"), answer: "silence" },
  { is: "a write", bytes: raw(`\0\x02${file}\0octet\0`), answer: "error 2", told: "TftpRefused WriteRefused" },
  {
    is: "a write of a new file",
    bytes: raw("\0\x02new\0octet\0"),
    answer: { ours: "error 2", tftpd: "error 1", why: "no file is taken, be it there or not" },
  },
  {
    is: "a file that is not there",
    bytes: read("octet\0", "nothing.efi"),
    answer: "error 1",
    told: "TftpRefused FileNotLent",
  },
  { is: "a slash before the name", bytes: read("octet\0", `/${file}`), answer: "data 512" },
  { is: "two slashes and a dot before the name", bytes: read("octet\0", `//./${file}`), answer: "data 512" },
  { is: "a blank behind the name", bytes: read("octet\0", `${file} `), answer: "error 1" },
  { is: "a way out and in again", bytes: read("octet\0", `../${file}`), answer: "data 512" },
  {
    is: "255 behind the name",
    bytes: read("octet\0", `${file}\xff`),
    answer: { ours: "data 512", tftpd: "error 1", why: "firmware reads on behind option 67, up to its end mark" },
  },
  { is: "zeros behind the mode", bytes: read("octet\0\0\0\0\0"), answer: "data 512" },
  {
    is: "zeros behind an option",
    bytes: raw(`\0\x01${file}\0octet\0blksize\x001024\0\0\0\0`),
    answer: "oack blksize=1024",
  },
  { is: "text without an end behind the mode", bytes: read("octet\0rubbish"), answer: "data 512" },
  { is: "an option without a value", bytes: octet("blksize"), answer: "data 512" },
  {
    is: "an option whose value has no end",
    bytes: read("octet\0blksize\x001024"),
    answer: {
      ours: "data 512",
      tftpd: "oack blksize=1024",
      why: "it may be cut, as 1024 of 10240 is; without it the file is read as well",
    },
  },
  { is: "an option whose value is empty", bytes: octet("blksize", ""), answer: "data 512" },
  { is: "an option without a name", bytes: octet("", "1024"), answer: "data 512" },
  {
    is: "an option in capitals",
    bytes: octet("BLKSIZE", "1024"),
    answer: {
      ours: "oack blksize=1024",
      tftpd: "oack BLKSIZE=1024",
      why: "names are alike in capitals (RFC 2347), and dnsmasq answers so",
    },
  },
  { is: "an option that nobody knows", bytes: octet("colour", "blue"), answer: "data 512" },
  {
    is: "one that nobody knows and one that is known",
    bytes: octet("colour", "blue", "blksize", "1024"),
    answer: "oack blksize=1024",
  },
  {
    is: "a block size twice",
    bytes: octet("blksize", "1024", "blksize", "600"),
    answer: {
      ours: "oack blksize=1024",
      tftpd: "oack blksize=1024 blksize=600",
      why: "one value is in use, and it is told",
    },
  },
  {
    is: "a block size that is wrong, and one",
    bytes: octet("blksize", "x", "blksize", "600"),
    answer: {
      ours: "data 512",
      tftpd: "oack blksize=600",
      why: "the first of a repeated option stands, and is left out",
    },
  },
  ...["abc", "12x", "0x400", "1e3"].map((value) => ({
    is: `blksize ${value}`,
    bytes: octet("blksize", value),
    answer: "data 512",
  })),
  { is: "blksize 0", bytes: octet("blksize", "0"), answer: leftOut },
  { is: "blksize 7", bytes: octet("blksize", "7"), answer: leftOut },
  {
    is: "blksize -1",
    bytes: octet("blksize", "-1"),
    answer: { ours: "data 512", tftpd: "oack blksize=65464", why: "it is no size, and less than one byte" },
  },
  { is: "blksize 8", bytes: octet("blksize", "8"), answer: "oack blksize=8" },
  { is: "blksize 65464", bytes: octet("blksize", "65464"), answer: fragments },
  { is: "blksize 65465", bytes: octet("blksize", "65465"), answer: fragments },
  { is: "blksize 99999999999", bytes: octet("blksize", "99999999999"), answer: fragments },
  { is: "blksize 99999999999999999999999", bytes: octet("blksize", "99999999999999999999999"), answer: "data 512" },
  { is: "a blank before a number", bytes: octet("blksize", " 1024"), answer: "oack blksize=1024" },
  { is: "a blank behind a number", bytes: octet("blksize", "1024 "), answer: "data 512" },
  { is: "a sign before a number", bytes: octet("blksize", "+1024"), answer: "oack blksize=1024" },
  { is: "zeros before a number", bytes: octet("blksize", "0001024"), answer: "oack blksize=1024" },
  { is: "tsize 0", bytes: octet("tsize", "0"), answer: "oack tsize=1300" },
  {
    is: "tsize 5",
    bytes: octet("tsize", "5"),
    answer: {
      ours: "oack tsize=1300",
      tftpd: "oack tsize=5",
      why: "the size is what a reader asks for, and tftpd-hpa only repeats what it was told",
    },
  },
  {
    is: "tsize abc",
    bytes: octet("tsize", "abc"),
    answer: { ours: "oack tsize=1300", tftpd: "data 512", why: "whoever asks is told the size, as by dnsmasq" },
  },
  {
    is: "tsize of nothing",
    bytes: octet("tsize", ""),
    answer: { ours: "oack tsize=1300", tftpd: "data 512", why: "whoever asks is told the size, as by dnsmasq" },
  },
  {
    is: "tsize in netascii",
    bytes: read("netascii\0tsize\x000\0"),
    answer: { ours: "oack tsize=1300", tftpd: "error 8", why: "the size is that of what is sent, which is known here" },
  },
  { is: "windowsize 0", bytes: octet("windowsize", "0"), answer: "data 512" },
  {
    is: "windowsize 4",
    bytes: octet("windowsize", "4"),
    answer: { ours: "oack windowsize=4", tftpd: "data 512", why: windows },
  },
  {
    is: "windowsize 65536",
    bytes: octet("windowsize", "65536"),
    answer: { ours: "oack windowsize=64", tftpd: "data 512", why: windows },
  },
  { is: "timeout 0", bytes: octet("timeout", "0"), answer: leftOut },
  {
    is: "timeout 3",
    bytes: octet("timeout", "3"),
    answer: {
      ours: "data 512",
      tftpd: "oack timeout=3",
      why: "each loss would cost the reader so long; we send again by how quick its answers are",
    },
  },
  { is: "timeout 256", bytes: octet("timeout", "256"), answer: leftOut },
  {
    is: "forty options",
    bytes: octet(...Array.from({ length: 40 }, (_, at) => [`x${at}`, "1"]).flat()),
    answer: "data 512",
  },
  { is: "600 bytes of zeros behind it", bytes: read(`octet\0${"\0".repeat(600)}`), answer: "data 512" },
  {
    is: "a name of 600 letters",
    bytes: read("octet\0", "n".repeat(600)),
    answer: { ours: "error 1", tftpd: "error 0", why: "there is no such file, however long its name" },
  },
];
