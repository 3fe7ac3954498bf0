// Loaded into a process under test by --import: says, whenever its parent asks, how long its event loop stood still. Looking costs CPU of
// that process, a few percent of a core: it ends for good when the parent asks for that.

/** Longest time between two turns of the event loop, in milliseconds. */
export type LoopStall = {
  /** By the clock: what a packet would have waited. On a busy machine other processes are in it. */
  readonly wallMs: number;
  /** By this thread's own CPU time: what the program itself did without a pause. */
  readonly cpuMs: number;
};

const everyMs = 2;

let longest: LoopStall = { wallMs: 0, cpuMs: 0 };
let lastWallMs = performance.now();
let lastCpuMs = threadCpuMs();

const looking = setInterval(() => {
  const [wallMs, cpuMs] = [performance.now(), threadCpuMs()];
  longest = {
    wallMs: Math.max(longest.wallMs, wallMs - lastWallMs - everyMs),
    cpuMs: Math.max(longest.cpuMs, cpuMs - lastCpuMs),
  };
  [lastWallMs, lastCpuMs] = [wallMs, cpuMs];
}, everyMs).unref();

export type LoopQuestion = "stall" | "last stall";

process.on("message", (question: LoopQuestion) => {
  if (question === "last stall") clearInterval(looking);
  process.send?.(longest);
  longest = { wallMs: 0, cpuMs: 0 };
});
process.channel?.unref();

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
