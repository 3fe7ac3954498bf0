// What an abort does to what is waiting: it is told once, and nothing stays hung on the signal afterwards.

/** Calls back once when `signal` aborts, at once when it already has. The returned function gives that up. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  signal.addEventListener("abort", callback, { once: true });
  return () => signal.removeEventListener("abort", callback);
}

/**
 * What `work` comes to, unless `signal` aborts first: then it rejects with the signal's reason. The work itself goes on; how it ends is
 * nobody's any more, so give the signal to it as well where it takes one.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const forget = onAbort(signal, () => aborted.reject(signal.reason));
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    forget();
  }
}
