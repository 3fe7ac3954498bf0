// `tink up` with the resource API alone, as a process of its own on one port and one data folder, that can end and start again.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerProcess, startServerProcess } from "@neverland/tink-cli/server-process";

export class Served {
  readonly folder: string;
  #process: ServerProcess | undefined;
  #listen = "127.0.0.1:0";

  static async start(): Promise<Served> {
    const served = new Served(await mkdtemp(join(tmpdir(), "conformance-")));
    await served.again();
    return served;
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  get kubeconfig(): string {
    return join(this.folder, "data/kubeconfig");
  }

  /** On the port of before. */
  async again(): Promise<void> {
    const args = ["--data-dir", join(this.folder, "data"), "--only", "api", "--api-listen", this.#listen];
    const log = join(this.folder, "log");
    this.#process = await startServerProcess(args, log, AbortSignal.timeout(60_000));
    this.#listen = new URL(String(this.#process.addresses.api)).host;
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (this.#process === undefined) return;
    process.kill(this.#process.pid, signal);
    await this.#process.exited;
    this.#process = undefined;
  }

  async close(): Promise<void> {
    await this.end("SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
  }
}
