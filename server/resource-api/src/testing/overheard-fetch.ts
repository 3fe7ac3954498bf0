// A fetch that tells of each piece of an answer as it comes.

/** @param onChunk Told of it as text. */
export function overheardFetch(onChunk: (text: string) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const decoder = new TextDecoder();
    const overheard = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onChunk(decoder.decode(chunk, { stream: true }));
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body?.pipeThrough(overheard) ?? null, response);
  };
}
