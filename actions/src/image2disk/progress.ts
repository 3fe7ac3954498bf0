// What the progress lines say.

export type ProgressSample = {
  readonly atMs: number;
  /** Bytes of the raw image that were written or skipped as zeros. */
  readonly writtenBytes: number;
  readonly receivedBytes: number;
  /** Size of what is downloaded, when the server said it. */
  readonly totalBytes: number | undefined;
};

export type Progress = {
  readonly bytes: number;
  readonly megabytesPerSecond: number;
  readonly percent?: number;
  readonly etaSeconds?: number;
};

/** The rate is that since `before`; percent and time left go by the download, whose size is known. */
export function describeProgress(start: ProgressSample, before: ProgressSample, now: ProgressSample): Progress {
  const seconds = Math.max(now.atMs - before.atMs, 1) / 1000;
  const megabytesPerSecond = round((now.writtenBytes - before.writtenBytes) / 1e6 / seconds, 1);
  const basic = { bytes: now.writtenBytes, megabytesPerSecond };
  if (now.totalBytes === undefined || now.totalBytes === 0) return basic;
  const share = now.receivedBytes / now.totalBytes;
  const percent = round(share * 100, 1);
  if (share === 0) return { ...basic, percent };
  const etaSeconds = Math.ceil(((now.atMs - start.atMs) / 1000) * (1 / share - 1));
  return { ...basic, percent, etaSeconds };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
