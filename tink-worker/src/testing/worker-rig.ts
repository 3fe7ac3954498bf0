// A whole worker as a process of its own, with a server, a registry and containers around it. Takes root and runc.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startTestRegistry, type TestRegistry } from "@neverland/oci/testing";
import { OciRuntime } from "../container/oci-runtime.ts";
import { busyboxLayer } from "./busybox-image.ts";
import { type HandedOut, TestServer } from "./test-server.ts";

export type LogEntry = { readonly event: string; readonly [field: string]: unknown };

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const layer = busyboxLayer();

export class WorkerRig {
  readonly server = new TestServer();
  readonly registry: TestRegistry;
  readonly directory: string;
  /** All that any life of the worker wrote, in order. */
  readonly log: LogEntry[] = [];
  #child: ChildProcess | undefined;

  private constructor(registry: TestRegistry) {
    this.registry = registry;
    this.directory = mkdtempSync(join(tmpdir(), "worker-rig-"));
    for (const name of ["out", "worker"]) mkdirSync(join(this.directory, name));
  }

  /** With `shell:latest` in the registry: busybox' shell, running its command. */
  static async make(t: TestContext): Promise<WorkerRig> {
    const rig = new WorkerRig(await startTestRegistry());
    rig.registry.image("shell:latest", [layer], { Entrypoint: ["/bin/sh", "-c"] });
    await rig.server.start();
    t.after(() => rig.#close());
    return rig;
  }

  /** An action that runs this script, with the rig's `out` directory at /out. */
  action(name: string, script: string, changes: HandedOut = {}): HandedOut {
    return {
      ...{ workflowId: "default/wf", taskId: "task", actionId: `id-${name}`, agentId: "machine", name },
      ...{
        image: `${this.registry.host}/shell`,
        timeout: 60n,
        command: [script],
        volumes: [`${this.directory}/out:/out`],
      },
      ...changes,
    };
  }

  start(...flags: readonly string[]): void {
    const options = {
      ...{
        id: "machine",
        "grpc-server": this.server.authority,
        "insecure-registries": this.registry.host,
        "oci-runtime": "runc",
      },
      ...{
        "state-dir": join(this.directory, "state"),
        "worker-dir": join(this.directory, "worker"),
        "backoff-max-interval": "100ms",
      },
      ...{ "attribute-detection": "false", "reboot-command": `touch ${this.directory}/out/rebooted` },
    };
    const args = Object.entries(options).map(([flag, value]) => `--${flag}=${value}`);
    const child = spawn(process.execPath, [main, ...args, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => this.log.push(JSON.parse(line)));
    this.#child = child;
  }

  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  out(name: string): string {
    return readFileSync(join(this.directory, "out", name), "utf8");
  }

  /** Waits for something to be so. */
  async until(what: () => boolean, signal: AbortSignal): Promise<void> {
    while (!what()) await sleep(10, undefined, { signal });
  }

  logged(event: string): boolean {
    return this.log.some((entry) => entry.event === event);
  }

  async #close(): Promise<void> {
    await this.kill();
    await this.server.stop();
    await this.registry[Symbol.asyncDispose]();
    const runtime = new OciRuntime({
      program: "runc",
      stateDir: join(this.directory, "state"),
      workerDir: join(this.directory, "worker"),
    });
    await runtime.prepare();
    for (const id of await runtime.list()) await runtime.remove(id);
    rmSync(this.directory, { recursive: true });
  }
}
