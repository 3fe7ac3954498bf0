// Where the commands of a page are typed: a folder of the reader's, a network, and a server.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { runInside, spawnInside, untilSaid } from "@neverland/boots-netboot/testing/network-namespace.ts";
import { runProgram } from "@neverland/debian";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import type { PageStep } from "./page-blocks.ts";
import type { PageNetwork } from "./page-network.ts";

const root = join(import.meta.dirname, "../../..");
/** For one block: the first `tink` of a new checkout fetches nothing here, as it was fetched for this test. */
const blockTimeoutMs = 100_000;
/** Where it waits for machines, under emulation on a busy computer: several times what an installation takes. */
const machineTimeoutMs = 10 * 60_000;
const lookForMs = 20_000;
/** ssh does not go by HOME; and a reader would say yes, and try again while the machine restarts. */
const sshOptions = [
  'IdentityFile="$HOME/.ssh/id_ed25519"',
  'UserKnownHostsFile="$HOME/.ssh/known_hosts"',
  "StrictHostKeyChecking=accept-new",
  "ConnectTimeout=5",
  "ConnectionAttempts=100",
];

export class PageWorld {
  readonly folder: string;
  readonly #network: PageNetwork;
  #server: ReturnType<typeof spawnInside> | undefined;
  /** What the last block printed, and the lines at its end that only look. */
  #last: { readonly printed: string; readonly looks?: PageStep & { kind: "commands" }; readonly looked: string } = {
    printed: "",
    looked: "",
  };

  constructor(folder: string, network: PageNetwork) {
    this.folder = folder;
    this.#network = network;
  }

  /** @throws {Error} With the page's line and what the commands said, where one of them fails or prints something else. */
  async take(step: PageStep): Promise<void> {
    switch (step.kind) {
      case "file":
        return await writeFile(join(this.folder, step.path), step.text);
      case "deed":
        return await this.#deeds(step);
      case "seen":
        return await this.#compare(step);
      case "commands": {
        if (step.where === "with machines" && !this.#network.hasMachines) return;
        const { does, looks } = partsOf(step);
        const printed = does === undefined ? "" : await this.#type(does);
        this.#last = { printed, ...(looks && { looks }), looked: looks === undefined ? "" : await this.#type(looks) };
      }
    }
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#network.close();
    await rm(this.folder, { recursive: true });
  }

  async #type({ text, line, where }: PageStep & { kind: "commands" }): Promise<string> {
    const who = where === "on the machine" ? 'curl() { command curl --interface 192.168.1.50 "$@"; }\n' : "";
    const script = `set -eu\ncd ${this.folder}\n. ./.session\n${who}${text}\nexport -p > .session\n`;
    const timeoutMs = where === "with machines" ? machineTimeoutMs : blockTimeoutMs;
    const { code, stdout, stderr } = await runInside(this.#network, ["bash", "-c", script], timeoutMs);
    const isToFail = where === "fails";
    if ((code !== 0) !== isToFail) throw new Error(`line ${line}: exit code ${code} of:\n${text}\n${stdout}${stderr}`);
    return isToFail ? stdout + stderr : stdout;
  }

  /** What a controller has not come to yet a reader would look for again. Where machines are at work it is past too soon to be compared. */
  async #compare({ line, text }: PageStep & { kind: "seen" }): Promise<void> {
    if (this.#network.hasMachines && this.#last.looks !== undefined) return;
    const pattern = text.split("…").map(RegExp.escape).join("[^\\n]*").replaceAll(/ +/g, " +");
    const expected = new RegExp(`^${pattern}\\s*$`);
    const { printed, looks, looked } = this.#last;
    let now = looked;
    const untilMs = performance.now() + lookForMs;
    while (!expected.test(printed + now)) {
      if (looks === undefined || performance.now() > untilMs)
        throw new Error(`line ${line}: the page says\n${text}\nand this was printed:\n${printed}${now}`);
      now = await this.#type(looks);
    }
  }

  async #deeds({ name, line }: PageStep & { kind: "deed" }): Promise<void> {
    const start = /^start the server(?: with (\S+))?$/.exec(name);
    if (start !== null) return await this.#start(start[1]);
    if (name === "stop the server") return await this.#stop();
    const [, mac] = /^power on (\S+)$/.exec(name) ?? [];
    if (mac !== undefined) return await this.#network.powerOn(mac);
    throw new Error(`line ${line}: nobody here can do "${name}"`);
  }

  /** @param config A file that the page has shown; without it the server is told of the interface alone. */
  async #start(config: string | undefined): Promise<void> {
    const settings = config === undefined ? `--interface ${this.#network.link}` : `--config ${config}`;
    const build = this.#network.hasMachines ? "--build " : "";
    const script = `cd ${this.folder}; . ./.session; exec tink up ${build}--data-dir data ${settings}`;
    this.#server = spawnInside(this.#network, ["bash", "-c", script]);
    this.#server.stdin.end();
    let said = "";
    this.#server.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4096)));
    await untilSaid(this.#server.stdout, /"event":"ready"/).catch((cause: unknown) => {
      throw new Error(`the server did not start: ${said}`, { cause });
    });
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
  }
}

/** A line that changes nothing, and may be typed again. */
const looking = /^\s*(\.\/)?(tink|kubectl) (-\S+( \S+)? )*(get|explain|describe|events) [^;&]*$/;

function partsOf(step: PageStep & { kind: "commands" }) {
  const lines = step.text.split("\n");
  const from = step.where === "fails" ? lines.length : lines.findLastIndex((line) => !looking.test(line)) + 1;
  const part = (some: readonly string[]) => (some.length === 0 ? undefined : { ...step, text: some.join("\n") });
  return { does: part(lines.slice(0, from)), looks: part(lines.slice(from)) };
}

/** The folder has what a checkout has for its reader: `tink` and `examples`. */
export async function openPageWorld(network: PageNetwork): Promise<PageWorld> {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  await cp(join(root, "examples"), join(folder, "examples"), { recursive: true });
  const bin = join(folder, "bin");
  await mkdir(bin);
  await script(join(bin, "sudo"), 'exec "$@"');
  await script(join(bin, "tink"), `exec ${join(root, "tink")} "$@"`);
  await script(join(bin, "kubectl"), `exec ${await debianKubectl()} "$@"`);
  await script(join(folder, "tink"), `exec ${join(root, "tink")} "$@"`);
  await script(join(bin, "ssh"), `exec /usr/bin/ssh ${sshOptions.map((option) => `-o ${option}`).join(" ")} "$@"`);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const session = `export PATH=${bin}:$PATH HOME=${folder}/home XDG_CACHE_HOME=${cache}\n`;
  await writeFile(join(folder, ".session"), session);
  return new PageWorld(folder, network);
}

async function script(path: string, line: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${line}\n`);
  await runProgram(["chmod", "+x", path]);
}
