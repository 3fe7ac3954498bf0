// How soon the commands that people type most answer: tink beside kubectl against one server, and tink's help.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { apiVersionOf, kinds } from "@neverland/api";
import { runProgram } from "@neverland/debian";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import { median } from "./figures/median.ts";
import { machineAt } from "./workers/machine.ts";
import { startForPeople } from "./workers/tink-up.ts";

export const summary = "commands: tink get and tink --help, beside Debian's kubectl get";

const rounds = 15;
const machines = 100;
/** Of the kernel's clock of processes (`getconf CLK_TCK`, which Linux has had at 100 on every machine for decades). */
const tickMs = 10;

type Argv = readonly [string, ...string[]];
type Sample = { readonly wallMs: number; readonly cpuMs: number };

export async function run(): Promise<void> {
  const tink = join(import.meta.dirname, "../../tink");
  const kubectl = await debianKubectl();
  const { server, dataDir } = await startForPeople();
  try {
    await runProgram([tink, "--data-dir", dataDir, "apply", "-f", "-"], { input: hall() });
    const commands: Readonly<Record<string, Argv>> = {
      "tink get hw": [tink, "--data-dir", dataDir, "get", "hw"],
      "kubectl get hw": [kubectl, "--kubeconfig", join(dataDir, "kubeconfig"), "get", "hw"],
      "tink --help": [tink, "--help"],
      "kubectl --help": [kubectl, "--help"],
    };
    const samples = Object.entries(commands).map(([name, argv]) => ({ name, argv, taken: [] as Sample[] }));
    // The first of each fills caches: tink's compiled code, what kubectl keeps of the server's kinds.
    for (const { argv } of samples) await measure(argv);
    for (let round = 0; round < rounds; round += 1)
      for (const { argv, taken } of samples) taken.push(await measure(argv));
    for (const { name, taken } of samples) print(name, taken);
    console.log(
      `goals             tink get hw <= 300 ms, tink --help <= 150 ms on an idle machine; ${machines} Hardware`,
    );
  } finally {
    await server.stop();
  }
}

/** As a List of Hardware in JSON. */
function hall(): string {
  const items = Array.from({ length: machines }, (_, at) => {
    const { mac, address } = machineAt(at);
    const dhcp = { mac, ip: { address, netmask: "255.0.0.0" } };
    const { kind } = kinds.Hardware;
    return {
      apiVersion: apiVersionOf(kinds.Hardware),
      kind,
      metadata: { name: `node-${at}` },
      spec: { interfaces: [{ dhcp }] },
    };
  });
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** @throws {Error} Where the command fails, which would be quick. */
async function measure([program, ...args]: Argv): Promise<Sample> {
  const [cpuBefore, startMs] = [await childrenCpuMs(), performance.now()];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}`);
  return { wallMs: performance.now() - startMs, cpuMs: (await childrenCpuMs()) - cpuBefore };
}

/** Of the children that have ended. */
async function childrenCpuMs(): Promise<number> {
  const fields = (await readFile("/proc/self/stat", "utf8")).replace(/^.*\) /s, "").split(" ");
  // cutime and cstime, the 16th and 17th field of proc(5); what was taken away are two.
  return (Number(fields[13]) + Number(fields[14])) * tickMs;
}

/** CPU as the mean, since its ticks are coarse. */
function print(name: string, samples: readonly Sample[]): void {
  const wall = samples.map(({ wallMs }) => wallMs);
  const cpu = samples.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / samples.length;
  console.log(
    `${name.padEnd(18)}${median(wall).toFixed(0).padStart(4)} ms   quickest ${Math.min(...wall).toFixed(0)} ms   CPU ${cpu.toFixed(0)} ms   (median of ${samples.length})`,
  );
}
