// Work for the disk in turns: Node has four threads for files, and a disk that hangs must not take all of them.
import { ServerError } from "../server-error.ts";

/** Of the threads that Node has, one stays free whatever happens. */
const mostAtOnce = 3;
/** Two disks that hang at the same time are rare. */
const mostOfFolder = 2;
/** A disk that has to be woken up answers within ten or fifteen. */
const longestWaitMs = 30_000;

type Folder = { running: number; readonly waiting: Set<() => void> };

export class DiskTurns {
  readonly #folders = new Map<string, Folder>();
  readonly #deadlineMs: number;
  #atOnce = 0;

  constructor(deadlineMs = longestWaitMs) {
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Runs `job` when it is its folder's turn. What hangs keeps its turn until the system gives it back; whoever waits for it is told before.
   * @throws {ServerError} `not-ready` when that takes too long; else what the job throws.
   */
  run<T>(folder: string, job: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const lane = this.#folders.getOrInsertComputed(folder, () => ({ running: 0, waiting: new Set() }));
    const begin = (): void => {
      lane.running += 1;
      this.#atOnce += 1;
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        end();
        this.#ended(folder, lane);
      };
      job().then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => settle(() => reject(error)),
      );
    };
    const timer = setTimeout(() => {
      lane.waiting.delete(begin);
      reject(new ServerError("not-ready", `the disk under ${folder} gave no answer for ${this.#deadlineMs / 1000} s`));
    }, this.#deadlineMs);
    if (this.#mayRun(lane)) begin();
    else lane.waiting.add(begin);
    return promise;
  }

  #mayRun({ running }: Folder): boolean {
    return this.#atOnce < mostAtOnce && running < mostOfFolder;
  }

  #ended(folder: string, lane: Folder): void {
    lane.running -= 1;
    this.#atOnce -= 1;
    if (lane.running === 0 && lane.waiting.size === 0) this.#folders.delete(folder);
    // The next one's turn in this folder comes after the others'.
    else if (this.#folders.delete(folder)) this.#folders.set(folder, lane);
    for (const each of this.#folders.values()) {
      const [next] = each.waiting;
      if (next === undefined || !this.#mayRun(each)) continue;
      each.waiting.delete(next);
      next();
    }
  }
}
