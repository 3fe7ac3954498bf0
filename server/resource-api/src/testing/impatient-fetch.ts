// A fetch that gives an answer up when nothing of it comes for a while, as Node's does after five minutes.

/** @param onChunk Told of each piece of an answer, as text. */
export function impatientFetch(patienceMs: number, onChunk: (text: string) => void): typeof fetch {
  return async (input, init) => {
    const giveUp = new AbortController();
    const signal = init?.signal ? AbortSignal.any([init.signal, giveUp.signal]) : giveUp.signal;
    const lose = (): void => giveUp.abort(new Error(`silent for ${patienceMs} ms`));
    const response = await fetch(input, { ...init, signal });
    let timer = setTimeout(lose, patienceMs);
    const decoder = new TextDecoder();
    const watched = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        clearTimeout(timer);
        timer = setTimeout(lose, patienceMs);
        onChunk(decoder.decode(chunk, { stream: true }));
        controller.enqueue(chunk);
      },
      flush: () => clearTimeout(timer),
    });
    return new Response(response.body?.pipeThrough(watched) ?? null, response);
  };
}
