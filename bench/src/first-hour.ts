// The first hour of a new user: from git clone to a login, with an empty home and no more than the system's own programs, step by step;
// and how many commands the README has them type on the way to a real machine.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const summary = "first hour: git clone to login, each step, and the commands to type";

const checkout = join(import.meta.dirname, "../..");
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** What is needed to reach a registry through a proxy or a mirror is kept of the environment. */
const kept = /^(https?_proxy|no_proxy|npm_config_.*|NODE_EXTRA_CA_CERTS)$/i;
/** Each begins with a line of its own. */
const steps: readonly (readonly [begins: RegExp, name: string])[] = [
  [/fetching the pinned Node/, "fetching Node and pnpm"],
  [/fetching the packages of/, "fetching packages"],
  [/Looking for the Debian packages/, "Debian packages"],
  [/Building the in-memory OS/, "building the in-memory OS and the image"],
  [/Choosing how the machine/, "looking for KVM"],
  [/Powering on a machine/, "power-on to login"],
];

export async function run(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "bench-first-hour-"));
  try {
    await mkdir(join(dir, "home"));
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name))),
      ...{ HOME: join(dir, "home"), PATH: path },
    };
    let at = performance.now();
    let step = "git clone";
    const end = (next: string): void => {
      const now = performance.now();
      console.log(`  ${step.padEnd(44)}${((now - at) / 1000).toFixed(1).padStart(7)} s`);
      [step, at] = [next, now];
    };
    const began = at;
    await promisify(execFile)("git", ["clone", "-q", checkout, join(dir, "neverland")], { env });
    end("starting tink");
    const tink = spawn(join(dir, "neverland/tink"), ["demo"], {
      cwd: join(dir, "neverland"),
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    for await (const line of createInterface(tink.stderr)) {
      said.push(line);
      const next = steps.find(([begins]) => begins.test(line) && !line.includes("still"))?.[1];
      if (next !== undefined) end(next);
    }
    const [code] = tink.exitCode === null ? ((await once(tink, "exit")) as [number | null]) : [tink.exitCode];
    if (code !== 0) throw new Error(`./tink demo ended with ${code}:\n${said.slice(-10).join("\n")}`);
    end("");
    console.log(`  ${"all".padEnd(44)}${((at - began) / 1000).toFixed(1).padStart(7)} s\n`);
    await printCommands();
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function printCommands(): Promise<void> {
  const readme = await readFile(join(checkout, "README.md"), "utf8");
  for (const title of ["See it work", "Try your own manifests", "Install a real machine"]) {
    const section = readme.split(/^## /m).find((each) => each.startsWith(title)) ?? "";
    const typed = [
      ...section
        .split(/^### /m, 1)
        .join("")
        .matchAll(/^ *```\n([\s\S]*?)^ *```/gm),
    ]
      .flatMap(([, block = ""]) => block.trim().split("\n"))
      .flatMap((line) => line.split("&&"));
    console.log(`  README, ${title}: ${typed.length} commands`);
  }
}
