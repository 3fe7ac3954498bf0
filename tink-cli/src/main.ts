// tink, the one command: gives the command line this process's streams, environment and signals.
import type { CliContext } from "./context.ts";
import { terminalText } from "./output/terminal-text.ts";
import { runCli } from "./run-cli.ts";

const endWithinMs = 2000;
const againWithinMs = 1000;

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => {
    stop.abort(new DOMException(name, "AbortError"));
    // timeout(1) sends its signal twice at once, to us and to our group; who sends another one later means it.
    const again = (): void => undefined;
    process.on(name, again);
    setTimeout(() => process.off(name, again), againWithinMs).unref();
  });
// A reader that closed its end (tink get … | head) has what it wants.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
// Whoever followed what is done has gone (a terminal that was closed): it ends in order, as by Ctrl-C.
process.stderr.on("error", () => stop.abort(new DOMException("EPIPE", "AbortError")));

const context: CliContext = {
  stdin: process.stdin,
  stdout: (text) => void process.stdout.write(process.stdout.isTTY ? terminalText(text) : text),
  stderr: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  nowMs: () => Date.now(),
  signal: stop.signal,
  setExitCode: (code) => (process.exitCode = code),
};

await runCli(process.argv.slice(2), context);

// Whatever was forgotten must not keep a process that has said that it is done; without it this timer keeps nobody.
setTimeout(() => {
  context.stderr(`tink: ended with this still open: ${process.getActiveResourcesInfo().join(", ")}\n`);
  process.exit();
}, endWithinMs).unref();
