// How long the event loop is held at most, by the thread's own CPU time: what other programs take is not in it.

export class StallWatch {
  #longestMs = 0;
  #lastMs = threadCpuMs();
  #turns = 0;

  /** Watches until the test's process has nothing else to do. */
  constructor() {
    const turn = () => {
      this.#look();
      this.#turns += 1;
      setImmediate(turn).unref();
    };
    setImmediate(turn).unref();
  }

  /** How often the loop went round. */
  get turns(): number {
    return this.#turns;
  }

  longestMs(): number {
    this.#look();
    return this.#longestMs;
  }

  #look(): void {
    const nowMs = threadCpuMs();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
