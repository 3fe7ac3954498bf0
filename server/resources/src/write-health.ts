// Whether the store takes writes, as far as the last of them told.
import { StoreError } from "@neverland/store/resource-store.ts";

/** So long after a write that failed nobody knows: the disk may have room again, and only another write would tell. */
const rememberedMs = 30_000;

export class WriteHealth {
  readonly #tell: (message: string) => void;
  #failure: { readonly message: string; readonly untilMs: number } | undefined;

  /** @param tell Is told once that writes fail, and once that they succeed again. */
  constructor(tell: (message: string) => void = () => undefined) {
    this.#tell = tell;
  }

  /** Carries out a write and remembers how it went. */
  async watch<T>(nowMs: () => number, write: () => Promise<T>): Promise<T> {
    try {
      const written = await write();
      if (this.#failure !== undefined) this.#tell("objects can be written again");
      this.#failure = undefined;
      return written;
    } catch (error) {
      if (error instanceof StoreError && error.code === "unavailable") {
        if (this.#failure?.message !== error.message) this.#tell(`objects cannot be written: ${error.message}`);
        this.#failure = {
          message: error.message,
          untilMs: error.isLasting ? Number.POSITIVE_INFINITY : nowMs() + rememberedMs,
        };
      }
      throw error;
    }
  }

  /** Why nothing can be written; `undefined` when it can, or nobody tried of late and it may have been mended. */
  reason(nowMs: number): string | undefined {
    const failure = this.#failure;
    return failure !== undefined && nowMs < failure.untilMs ? failure.message : undefined;
  }
}
