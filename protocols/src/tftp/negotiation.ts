// Which of a reader's options are granted: blksize (RFC 2348), tsize (RFC 2349), windowsize (RFC 7440). A timeout (RFC 2349) is not: curl asks
// for six seconds, and each loss would cost them, where answers show that it could be noticed in a tenth of one.
import type { TftpOptions } from "./packet.ts";

/** The most that a server grants. */
export interface TftpLimits {
  /** 8 to 65464. Above the link's MTU less 32 bytes, blocks travel as IP fragments, which some firmware cannot join. */
  readonly blockSizeBytes: number;
  /** The longest that fits into one of the link's packets. */
  readonly packetBlockBytes: number;
  /** Blocks sent before an acknowledgement is awaited; 1 to 65535. */
  readonly windowBlocks: number;
}

/** How one transfer runs. */
export interface TftpTerms {
  readonly blockSizeBytes: number;
  readonly windowBlocks: number;
  /** What the OACK says; empty when the client asked for nothing that we grant, and then there is no OACK. */
  readonly granted: TftpOptions;
}

const defaultBlockSizeBytes = 512;
/**
 * From so much in a window on, longer blocks gain nothing: whole windows of blocks that fit into packets are cut by the kernel or the card,
 * which costs half of what fragments do, and a lost packet is one block.
 */
const longWindowBytes = 64_000;

/** An option that is unknown, or whose value makes no sense, is left out of the answer (RFC 2347): the client goes on without it. */
export function negotiate(asked: TftpOptions, sizeBytes: number, limits: TftpLimits): TftpTerms {
  const granted = new Map<string, string>();
  const blockSize = wholeNumber(asked.get("blksize"), 8);
  const window = wholeNumber(asked.get("windowsize"), 1);
  const windowBlocks = window === undefined ? 1 : Math.min(window, limits.windowBlocks);
  const isLong = windowBlocks * limits.packetBlockBytes >= longWindowBytes;
  const mostBytes = isLong ? Math.min(limits.blockSizeBytes, limits.packetBlockBytes) : limits.blockSizeBytes;
  const blockSizeBytes = blockSize === undefined ? defaultBlockSizeBytes : Math.min(blockSize, mostBytes);
  if (blockSize !== undefined) granted.set("blksize", String(blockSizeBytes));
  if (asked.has("tsize")) granted.set("tsize", String(sizeBytes));
  if (window !== undefined) granted.set("windowsize", String(windowBlocks));
  return { blockSizeBytes, windowBlocks, granted };
}

/** What is more than there can be is as good as the most there can be; blanks and a sign before it are none of it. So tftpd-hpa reads them. */
function wholeNumber(text: string | undefined, least: number): number | undefined {
  if (text === undefined || !/^[ \t]*\+?[0-9]{1,19}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least ? value : undefined;
}
