// Reboot and kexec, which end the machine and so come only after the server knows of the success.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { WorkerError } from "./worker-error.ts";

export type PowerWish = "reboot" | "kexec";

export interface Power {
  /** What the last action left behind: /worker/reboot, or a loaded kernel. */
  wish(): PowerWish | undefined;
  /** Takes a wish back that belongs to no acknowledged success. */
  forget(): void;
  /** Writes all to disk and goes. Does not return when it works.
   *  @throws {WorkerError} `power` */
  fulfil(wish: PowerWish): void;
}

export type MachinePowerOptions = {
  /** The host's /worker. */
  readonly workerDir: string;
  readonly rebootCommand: readonly string[];
  readonly kexecCommand: readonly string[];
  /** Holds 1 when a kernel is loaded; /sys/kernel/kexec_loaded but in tests. */
  readonly kexecLoadedFile?: string;
};

const commandTimeoutMs = 120_000;

export class MachinePower implements Power {
  readonly #options: MachinePowerOptions;

  constructor(options: MachinePowerOptions) {
    this.#options = options;
  }

  wish(): PowerWish | undefined {
    if (existsSync(this.#rebootFile)) return "reboot";
    const { kexecLoadedFile = "/sys/kernel/kexec_loaded" } = this.#options;
    return existsSync(kexecLoadedFile) && readFileSync(kexecLoadedFile, "utf8").trim() === "1" ? "kexec" : undefined;
  }

  forget(): void {
    if (this.wish() === "kexec") spawnSync("kexec", ["-u"], { timeout: commandTimeoutMs });
    rmSync(this.#rebootFile, { force: true });
  }

  fulfil(wish: PowerWish): void {
    const command = wish === "reboot" ? this.#options.rebootCommand : this.#options.kexecCommand;
    const [program = "", ...args] = command;
    spawnSync("sync", [], { timeout: commandTimeoutMs });
    const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: commandTimeoutMs });
    if (status !== 0)
      throw new WorkerError("power", `"${command.join(" ")}" failed: ${error?.message ?? stderr.trim()}`, {
        cause: error,
      });
  }

  get #rebootFile(): string {
    return join(this.#options.workerDir, "reboot");
  }
}
