// Containers run by crun or runc, each under a supervisor of its own.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { WorkerError } from "../worker-error.ts";
import { writeBundle } from "./bundle.ts";
import type { ContainerRequest, ContainerRuntime, RunningContainer } from "./container-runtime.ts";
import { rootType, unmountBelow } from "./mounts.ts";
import { killContainerProcesses } from "./process-tree.ts";
import { SupervisedContainer } from "./supervised-container.ts";
import { bundleFiles, claimForWorker, supervisorPid, supervisorScript, supervisorState } from "./supervisor.ts";

export type OciRuntimeOptions = {
  /** `crun`, `runc`, or a path to one of them. */
  readonly program: string;
  readonly stateDir: string;
  /** The host's /worker. */
  readonly workerDir: string;
};

const run = promisify(execFile);
const overlayMagic = 0x794c7630; // linux/magic.h
const commandTimeoutMs = 20_000;
/** Below the state directory: where crun and runc keep a directory for each container that they know. */
const runtimeDir = "runtime";

export class OciRuntime implements ContainerRuntime {
  readonly #options: OciRuntimeOptions;
  readonly #containersDir: string;

  constructor(options: OciRuntimeOptions) {
    this.#options = options;
    this.#containersDir = join(options.stateDir, "containers");
  }

  /** An overlay can neither hold whiteouts nor lie under another's upper directory: there, state goes to a tmpfs. */
  async prepare(): Promise<void> {
    const { stateDir } = this.#options;
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    if (statfsSync(stateDir).type === overlayMagic)
      await this.#command("mount", ["-t", "tmpfs", "-o", "mode=0700", "tmpfs", stateDir]);
    mkdirSync(this.#containersDir, { recursive: true });
  }

  async start(request: ContainerRequest): Promise<RunningContainer> {
    const bundle = this.#bundle(request.id);
    if (existsSync(bundle)) await this.remove(request.id);
    const { stateDir, workerDir } = this.#options;
    const lower = writeBundle(bundle, request, { namedVolumesDir: join(stateDir, "volumes"), workerDir });
    const container = new SupervisedContainer(bundle, this.#killer(request.id));
    await started(
      spawn(
        "sh",
        [
          "-c",
          supervisorScript,
          "tink-supervisor",
          bundle,
          request.id,
          lower,
          needsNoPivot() ? "--no-pivot" : "",
          ...this.#runtime(),
        ],
        {
          detached: true,
          stdio: "ignore",
        },
      ),
    );
    return container;
  }

  async attach(id: string): Promise<RunningContainer | undefined> {
    const bundle = this.#bundle(id);
    return claimForWorker(bundle) ? undefined : new SupervisedContainer(bundle, this.#killer(id));
  }

  async list(): Promise<readonly string[]> {
    return readdirSync(this.#containersDir);
  }

  /** The bundle goes last: without one there is nothing of the container. */
  async remove(id: string): Promise<void> {
    const bundle = this.#bundle(id);
    claimForWorker(bundle);
    if (supervisorState(bundle).state === "running") await this.#killer(id)("KILL");
    // The runtime forgets by itself what ended by itself.
    if (existsSync(join(this.#options.stateDir, runtimeDir, id))) await this.#tellRuntime("delete", "--force", id);
    release(bundle);
    const pid = supervisorPid(bundle);
    if (pid !== undefined) killGroup(pid);
    const mounted = unmountBelow(bundle);
    if (mounted.length > 0)
      throw new WorkerError("container", `Could not unmount ${mounted.join(", ")}; ${bundle} is left as it is.`);
    rmSync(bundle, { recursive: true, force: true });
  }

  #bundle(id: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id)) throw new WorkerError("container", `"${id}" is no container's name.`);
    return join(this.#containersDir, id);
  }

  #runtime(): string[] {
    const { program, stateDir } = this.#options;
    const isCrun = /(^|\/)crun$/.test(program);
    // runc's own warnings would be taken for the action's last lines; its errors it prints all the same.
    const own = isCrun ? [crunCgroups()] : ["--log", join(stateDir, "runtime.log")];
    return [program, "--root", join(stateDir, runtimeDir), ...own];
  }

  #killer(id: string): (signal: "TERM" | "KILL") => Promise<void> {
    return async (signal) => {
      const supervisor = supervisorPid(this.#bundle(id));
      if (signal === "KILL" && supervisor !== undefined) killContainerProcesses(supervisor);
      await this.#tellRuntime("kill", id, signal); // it may have ended by itself
      if (signal === "TERM") return;
      await this.#tellRuntime("kill", "--all", id, signal); // those that left the family, where there are cgroups
    };
  }

  /** A refusal says that it was so already: gone is what we want. */
  async #tellRuntime(...args: readonly string[]): Promise<void> {
    const [program = "", ...flags] = this.#runtime();
    await this.#command(program, [...flags, ...args]).catch(() => {});
  }

  async #command(program: string, args: readonly string[]): Promise<void> {
    try {
      await run(program, args, { timeout: commandTimeoutMs });
    } catch (error) {
      throw new WorkerError(
        "container",
        `${program} ${args.join(" ")} failed: ${error instanceof Error ? error.message : error}`,
        { cause: error },
      );
    }
  }
}

/** crun refuses to run where version 2 is not mounted; nothing is limited here, so it may do without. */
function crunCgroups(): string {
  return existsSync("/sys/fs/cgroup/cgroup.controllers") ? "--cgroup-manager=cgroupfs" : "--cgroup-manager=disabled";
}

/** Whether the runtime must do without pivot_root(2), which a plain initramfs does not allow. */
function needsNoPivot(): boolean {
  return rootType(readFileSync("/proc/self/mountinfo", "utf8")) === "rootfs";
}

async function started(child: ChildProcess): Promise<void> {
  try {
    await once(child, "spawn");
  } catch (error) {
    throw new WorkerError("container", "The container's supervisor could not be started; it takes a shell called sh.", {
      cause: error,
    });
  }
  child.unref();
}

/** Lets a supervisor go that waits for its output to be read. */
function release(bundle: string): void {
  try {
    closeSync(openSync(join(bundle, bundleFiles.release), constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    // nobody waits there
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it went by itself
  }
}
