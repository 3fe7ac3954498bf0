// Where log lines leave the process, without ever waiting there: a reader that stands still, a paused terminal or a full disk may cost
// lines, which are counted, and nothing else.
import { constants, fstatSync, openSync, write, writeSync } from "node:fs";
import { Socket } from "node:net";

/** What a descriptor took of what it was given. `full`: nothing now, later perhaps. */
export type Taken = number | "full";

export type LogOutput = {
  write(bytes: Uint8Array): Taken | Promise<Taken>;
  /** For the end of the process: tries without waiting. */
  writeNow(bytes: Uint8Array): Taken;
};

/** @param fd Stays open. Its own flags are left alone: a terminal's descriptor is shared with the shell. */
export function openLogOutput(fd: number): LogOutput {
  const stats = fstatSync(fd);
  if (stats.isFile()) return fileOutput(fd);
  if (stats.isSocket()) return socketOutput(fd);
  try {
    return pollingOutput(
      openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY),
    );
  } catch {
    // Without /proc, or where the terminal is another user's.
    return pollingOutput(fd);
  }
}

/** A file always ends in taking or refusing; but a busy disk may take its time. */
function fileOutput(fd: number): LogOutput {
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => write(fd, bytes, (error, taken) => (error ? reject(error) : resolve(taken)))),
    writeNow: (bytes) => writeSync(fd, bytes),
  };
}

/** A service manager's journal: it cannot be opened once more, but nobody shares our end of it. */
function socketOutput(fd: number): LogOutput {
  // Node makes the descriptor one that does not block, as it does with every socket. Nothing is written by it: what waits there would keep
  // the process from ending.
  new Socket({ fd, readable: false, writable: true }).unref();
  return pollingOutput(fd);
}

/** @param fd Does not block. */
function pollingOutput(fd: number): LogOutput {
  const take = (bytes: Uint8Array) => nonBlocking(fd, bytes);
  return { write: take, writeNow: take };
}

function nonBlocking(fd: number, bytes: Uint8Array): Taken {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EAGAIN") return "full";
    throw error;
  }
}
