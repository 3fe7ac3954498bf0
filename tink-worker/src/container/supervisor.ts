// The small process that outlives the worker: it mounts the container's root, runs the OCI runtime, and writes the exit code down.
//
// It is a shell script rather than another Node, which would cost the guest some 60 MB for as long as an action runs.

import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Files of a bundle directory through which worker and supervisor meet. */
export const bundleFiles = {
  /** Who decides over this container: the supervisor (its line of /proc/PID/stat) or a worker that gave it up. Made by link(2), once. */
  claim: "claim",
  /** Exit code in decimal; its time is when the container ended. */
  exit: "exit",
  /** Words of mount(8), when the root could not be mounted. */
  failure: "failure",
  stdout: "stdout",
  stderr: "stderr",
  /** The supervisor waits here at its end, and so keeps output that nobody has read. */
  release: "release",
} as const;

/**
 * Arguments: bundle directory, container id, lowerdir option, flags of `run` in one word, then the runtime's command line up to its verb.
 * The FIFOs are held open for reading and writing, so that neither side's absence ends or blocks the other's start.
 */
export const supervisorScript = `
cd "$1" || exit 1
id=$2 lower=$3 flags=$4
shift 4
cat /proc/$$/stat >claim.$$ && ln claim.$$ claim 2>/dev/null || exit 0
exec 3<>stdout 4<>stderr
if failure=$( (mount -t tmpfs -o mode=0755 tmpfs rw && mkdir rw/upper rw/work &&
    mount -t overlay -o "lowerdir=$lower,upperdir=rw/upper,workdir=rw/work" overlay rootfs) 2>&1 3>&- 4>&-); then
  "$@" run $flags --bundle . "$id" </dev/null >stdout 2>stderr 3>&- 4>&-
  code=$?
else
  printf '%s\\n' "$failure" >failure
  code=125
fi
umount -l rootfs 2>/dev/null
umount -l rw 2>/dev/null
echo "$code" >exit.new && mv exit.new exit
read -r _ <release
`;

/** Takes the decision away from a supervisor that has not begun. `false`: it has, or had. */
export function claimForWorker(bundle: string): boolean {
  const mine = join(bundle, `claim.worker-${process.pid}`);
  try {
    writeFileSync(mine, "worker\n");
    linkSync(mine, join(bundle, bundleFiles.claim));
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return true; // the bundle itself was never made
    if (code === "EEXIST") return readText(join(bundle, bundleFiles.claim))?.startsWith("worker") === true;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

export type SupervisorState =
  | { readonly state: "running"; readonly pid: number }
  | { readonly state: "exited"; readonly exitCode: number; readonly stopMs: number; readonly failure?: string }
  | { readonly state: "gone" };

/** What the supervisor of this bundle is up to. `gone` is one that was killed, or has not claimed its container yet. */
export function supervisorState(bundle: string): SupervisorState {
  const exited = readExit(bundle);
  if (exited !== undefined) return exited;
  const pid = supervisorPid(bundle);
  if (pid !== undefined) return { state: "running", pid };
  return readExit(bundle) ?? { state: "gone" }; // it may have ended between the two looks
}

/** The supervisor's PID as long as it lives, also after the container has ended. */
export function supervisorPid(bundle: string): number | undefined {
  const claim = processIdentity(readText(join(bundle, bundleFiles.claim)) ?? "");
  if (claim === undefined) return undefined;
  const now = processIdentity(readText(`/proc/${claim.pid}/stat`) ?? "");
  return now?.startTicks === claim.startTicks && now.state !== "Z" ? claim.pid : undefined;
}

/** Reads /proc/PID/stat (proc_pid_stat(5)); the name in it may hold spaces and brackets. */
export function processIdentity(stat: string): { pid: number; state: string; startTicks: string } | undefined {
  const match = /^(\d+) \(.*\) (\S) (?:\S+ ){18}(\d+)/s.exec(stat);
  if (match === null) return undefined;
  const [, pid, state = "", startTicks = ""] = match;
  return { pid: Number(pid), state, startTicks };
}

function readExit(bundle: string): SupervisorState | undefined {
  const path = join(bundle, bundleFiles.exit);
  const text = readText(path);
  if (text === undefined) return undefined;
  const failure = readText(join(bundle, bundleFiles.failure))?.trim();
  return {
    state: "exited",
    exitCode: Number(text.trim()),
    stopMs: statSync(path).mtimeMs,
    ...(failure === undefined ? {} : { failure }),
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // absence is an answer here: of a process, or of a file not written yet
  }
}
