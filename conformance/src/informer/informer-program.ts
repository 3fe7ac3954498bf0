// The informer of client-go as a program that we speak with: built once from the modules that its go.sum names, started, told what to do.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { runProgram } from "@neverland/debian";

/** An object by its resource and name, `hardware/m1`, and the label that says which change of it was the last. */
export type State = { readonly [object: string]: string };
export type Told = { readonly event: string; readonly object: string; readonly n: string };
type Line = Told & { readonly state?: State; readonly error?: string };

/** A client that was refused waits up to half a minute before it tries again (client-go's back-off). */
const stateWithinMs = 60_000;

/** @throws {ProgramError} Where Go cannot fetch or compile it. */
export async function buildInformer(folder: string): Promise<string> {
  const program = join(folder, "informer");
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false -mod=readonly" };
  await runProgram(["go", "build", "-o", program, "."], { cwd: join(import.meta.dirname, "go"), env });
  return program;
}

export class Informer {
  /** All that it was told, in order. */
  readonly told: Told[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: ((line: Line) => void)[] = [];
  readonly #ended: Promise<never>;
  #said = "";

  /** Resolves when it has listed all there is. */
  static async start(program: string, kubeconfig: string): Promise<Informer> {
    const informer = new Informer(spawn(program, [], { env: { ...process.env, KUBECONFIG: kubeconfig } }));
    await informer.#answer();
    return informer;
  }

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#ended = once(child, "exit").then(() => Promise.reject(new Error(`the informer has ended: ${this.#said}`)));
    this.#ended.catch(() => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    createInterface(child.stdout).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      if (line.event === "answer" || line.event === "synced") this.#answers.shift()?.(line);
      else this.told.push(line);
    });
  }

  /** `write RESOURCE NAME N`, `delete RESOURCE NAME` or `state`. @throws {Error} With what the server said. */
  async ask(words: string): Promise<State> {
    this.#child.stdin.write(`${words}\n`);
    const { error, state = {} } = await this.#answer();
    if (error !== undefined) throw new Error(`${words}: ${error}`);
    return state;
  }

  /** Resolves when its own store is so. @throws {Error} When it is not in time. */
  async reach(wanted: State): Promise<void> {
    const signal = AbortSignal.timeout(stateWithinMs);
    for (;;) {
      const state = await this.ask("state");
      if (isDeepStrictEqual(state, wanted)) return;
      if (signal.aborted)
        throw new Error(`it has ${JSON.stringify(state)}, not ${JSON.stringify(wanted)}\n${this.#said}`);
      await setTimeout(100);
    }
  }

  async end(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async #answer(): Promise<Line> {
    const answer = new Promise<Line>((resolve) => this.#answers.push(resolve));
    return await Promise.race([answer, this.#ended]);
  }
}
