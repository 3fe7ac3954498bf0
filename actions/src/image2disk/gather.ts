// Makes few large pieces of many small ones: each that is decompressed costs a trip through the thread pool.

const pieceBytes = 1 << 20;

/** The same bytes in pieces of 1 MiB, the last one shorter. */
export async function* gather(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.allocUnsafeSlow(pieceBytes);
  let filledBytes = 0;
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, pieceBytes - filledBytes);
      piece.set(taken, filledBytes);
      filledBytes += taken.length;
      rest = rest.subarray(taken.length);
      if (filledBytes < pieceBytes) continue;
      yield piece;
      piece = Buffer.allocUnsafeSlow(pieceBytes);
      filledBytes = 0;
    }
  }
  if (filledBytes > 0) yield piece.subarray(0, filledBytes);
}
