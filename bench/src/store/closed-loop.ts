// So many writers, each with one write under way all the time.

export type Rate = { readonly done: number; readonly perSecond: number };

/** @param put Writes once, as writer number `writer`; `turn` counts all writes and is never given twice. */
export async function closedLoop(
  writers: number,
  forMs: number,
  put: (writer: number, turn: number) => Promise<void>,
): Promise<Rate> {
  const fromMs = performance.now();
  let done = 0;
  const write = async (writer: number): Promise<void> => {
    while (performance.now() - fromMs < forMs) {
      await put(writer, done++);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return { done, perSecond: (done / (performance.now() - fromMs)) * 1000 };
}
