// Where the commands of a page are typed: a folder of the reader's, a network with one machine's address on it, and a server.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Namespace,
  openNamespace,
  runInside,
  spawnInside,
  untilSaid,
} from "@neverland/boots-netboot/testing/network-namespace.ts";
import { runProgram } from "@neverland/debian";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import type { PageStep } from "./page-blocks.ts";

const root = join(import.meta.dirname, "../../..");
/** As the pages have them: the server's address, and that of the machine of examples/debian/hardware.yaml. */
const network = [
  "ip link add eth1 type veth peer name far",
  "ip link set far up",
  "ip addr add 192.168.1.2/24 dev eth1",
  "ip addr add 192.168.1.50/24 dev eth1",
  "ip link set eth1 up",
  "ip link add eth2 type veth peer name far2",
  "ip addr add 10.8.0.2/24 dev eth2",
  "ip link set far2 up",
  "ip link set eth2 up",
].join("; ");
/** For one block: the first `tink` of a new checkout fetches nothing here, as it was fetched for this test. */
const blockTimeoutMs = 100_000;
const lookForMs = 20_000;

export class PageWorld {
  readonly folder: string;
  readonly #namespace: Namespace;
  #server: ReturnType<typeof spawnInside> | undefined;
  /** What the last block printed, and the lines at its end that only look. */
  #last: { readonly printed: string; readonly looks?: PageStep & { kind: "commands" }; readonly looked: string } = {
    printed: "",
    looked: "",
  };

  constructor(folder: string, namespace: Namespace) {
    this.folder = folder;
    this.#namespace = namespace;
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
        const { does, looks } = partsOf(step);
        const printed = does === undefined ? "" : await this.#type(does);
        this.#last = { printed, ...(looks && { looks }), looked: looks === undefined ? "" : await this.#type(looks) };
      }
    }
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#namespace.close();
    await rm(this.folder, { recursive: true });
  }

  async #type({ text, line, where }: PageStep & { kind: "commands" }): Promise<string> {
    const who = where === "on the machine" ? 'curl() { command curl --interface 192.168.1.50 "$@"; }\n' : "";
    const script = `set -eu\ncd ${this.folder}\n. ./.session\n${who}${text}\nexport -p > .session\n`;
    const { code, stdout, stderr } = await runInside(this.#namespace, ["bash", "-c", script], blockTimeoutMs);
    const isToFail = where === "fails";
    if ((code !== 0) !== isToFail) throw new Error(`line ${line}: exit code ${code} of:\n${text}\n${stdout}${stderr}`);
    return isToFail ? stdout + stderr : stdout;
  }

  /** What a controller has not come to yet a reader would look for again. */
  async #compare({ line, text }: PageStep & { kind: "seen" }): Promise<void> {
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
    if (mac !== undefined) return await this.#powerOn(mac);
    throw new Error(`line ${line}: nobody here can do "${name}"`);
  }

  /** As far as firmware comes by DHCP: it asks for an address, takes the one that it is offered, and reads no file. */
  async #powerOn(mac: string): Promise<void> {
    const asks = "udhcpc -i far -n -q -t 2 -T 1 -A 1 -s /bin/true -V PXEClient:Arch:00007:UNDI:003016 -x 0x5d:0007";
    const script = `ip link set far down; ip link set far address ${mac} up; ${asks} || true`;
    const { code, stderr } = await runInside(this.#namespace, ["sh", "-c", script], blockTimeoutMs);
    if (code !== 0) throw new Error(`${mac} cannot be switched on: ${stderr}`);
  }

  /** @param config A file that the page has shown; without it the server is told of the interface alone. */
  async #start(config: string | undefined): Promise<void> {
    const settings = config === undefined ? "--interface eth1" : `--config ${config}`;
    const script = `cd ${this.folder}; . ./.session; exec tink up --data-dir data ${settings}`;
    this.#server = spawnInside(this.#namespace, ["bash", "-c", script]);
    this.#server.stdin.end();
    this.#server.stderr.resume();
    await untilSaid(this.#server.stdout, /"event":"ready"/);
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
export async function openPageWorld(): Promise<PageWorld> {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  await cp(join(root, "examples"), join(folder, "examples"), { recursive: true });
  const bin = join(folder, "bin");
  await mkdir(bin);
  await script(join(bin, "sudo"), 'exec "$@"');
  await script(join(bin, "tink"), `exec ${join(root, "tink")} "$@"`);
  await script(join(bin, "kubectl"), `exec ${await debianKubectl()} "$@"`);
  await script(join(folder, "tink"), `exec ${join(root, "tink")} "$@"`);
  await writeFile(join(folder, ".session"), `export PATH=${bin}:$PATH HOME=${folder}/home\n`);
  return new PageWorld(folder, await openNamespace(network));
}

async function script(path: string, line: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${line}\n`);
  await runProgram(["chmod", "+x", path]);
}
