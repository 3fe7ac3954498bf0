// `tink up` on loopback with machines that have something to do, made through its HTTP API as people would.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { kinds, ResourceClient } from "@neverland/api";
import { machineAt } from "./machine.ts";
import { loopWatchOption, type ServerCommand, ServerProcess } from "./server-process.ts";

const namespace = "default";
const connections = 32;
const lookAgainMs = 500;

export type TinkAddresses = { readonly api: string; readonly grpcPort: number; readonly token: string };

/**
 * By the script `tink`, as people start it, on free ports of loopback, watched.
 * @param args More of its options.
 * @param bootHost Where machines reach it in a network that is the benchmark's own: there it has its usual ports.
 */
export function tinkUp(dataDir: string, args: readonly string[] = [], bootHost?: string): ServerCommand {
  const tink = join(import.meta.dirname, "../../../tink");
  const boot =
    bootHost === undefined
      ? ["--boot-listen", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"]
      : ["--boot-listen", bootHost];
  // As the peers that it is measured beside.
  const api = ["--api-listen", "127.0.0.1:0", "--api-plain-http", "loopback"];
  return {
    argv: [tink, "up", "--data-dir", dataDir, ...api, ...boot, ...args],
    env: { NODE_OPTIONS: loopWatchOption },
    isReady: (line) => line.includes('"event":"ready"'),
  };
}

/** As people have it, over HTTPS: kubectl tells its token to no other. The folder goes when the server is stopped. */
export async function startForPeople(): Promise<{ readonly server: ServerProcess; readonly dataDir: string }> {
  let dataDir = "";
  const server = await ServerProcess.start((dir) => {
    dataDir = dir;
    return tinkUp(dir, ["--api-plain-http", "never"]);
  });
  return { server, dataDir };
}

export async function readAddresses(readyLine: string): Promise<TinkAddresses> {
  const { api, grpc, dataDir } = JSON.parse(readyLine) as { api: string; grpc: string; dataDir: string };
  const token = (await readFile(join(dataDir, "token"), "utf8")).trim();
  return { api, token, grpcPort: Number(grpc.split(":").at(-1)) };
}

/** Hardware, Template and a Workflow for each machine; resolves when all wait for their workers. */
export async function createMachines(
  { api, token }: TinkAddresses,
  order: { readonly machines: number; readonly actions: number },
  signal: AbortSignal,
): Promise<void> {
  const transport = { server: api, token };
  const clients = {
    hardware: new ResourceClient(kinds.Hardware, transport),
    templates: new ResourceClient(kinds.Template, transport),
    workflows: new ResourceClient(kinds.Workflow, transport),
  };
  await clients.templates.create({ metadata: { name: "install", namespace }, spec: { data: template(order.actions) } });
  let next = 0;
  const createSome = async () => {
    while (next < order.machines) {
      signal.throwIfAborted();
      const index = next++;
      const { mac, address } = machineAt(index);
      const name = `node-${index}`;
      const ip = { address, netmask: "255.0.0.0", gateway: "127.0.0.1" };
      await clients.hardware.create({
        metadata: { name, namespace },
        spec: { interfaces: [{ dhcp: { mac, ip, hostname: name, lease_time: 86_400 }, netboot: { allowPXE: true } }] },
      });
      await clients.workflows.create({
        metadata: { name, namespace },
        spec: {
          templateRef: "install",
          hardwareRef: name,
          hardwareMap: { device_1: mac },
          bootOptions: { toggleAllowNetboot: true },
        },
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, createSome));
  await allReady({ api, token }, signal);
}

/** Resolves when every Workflow waits for its worker. */
export async function allReady(
  { api, token }: Pick<TinkAddresses, "api" | "token">,
  signal: AbortSignal,
): Promise<void> {
  await untilAllAre("PENDING", { server: api, token }, signal);
}

/** Resolves when every Workflow has succeeded. */
export async function allSucceeded({ api, token }: TinkAddresses, signal: AbortSignal): Promise<void> {
  await untilAllAre("SUCCESS", { server: api, token }, signal);
}

async function untilAllAre(
  state: string,
  transport: { readonly server: string; readonly token: string },
  signal: AbortSignal,
): Promise<void> {
  const workflows = new ResourceClient(kinds.Workflow, transport);
  const others = { fieldSelector: `status.state!=${state}`, limit: 1, signal };
  // Seldom, since what the asking costs is counted with the rest.
  while ((await workflows.list(others)).items.length > 0) await delay(lookAgainMs, undefined, { signal });
}

/** Actions that a real worker would spend minutes on; here they take no time. */
function template(actions: number): string {
  const lines = Array.from({ length: actions }, (_, at) => [
    `      - name: action-${at}`,
    `        image: tinkerbell/actions/image2disk:latest`,
    `        timeout: 900`,
    `        environment:`,
    `          IMG_URL: http://192.0.2.1/files/debian.raw.zst`,
    `          DEST_DISK: /dev/sda`,
  ]);
  return [
    'version: "0.1"',
    "name: install",
    "global_timeout: 3600",
    "tasks:",
    "  - name: install",
    '    worker: "{{.device_1}}"',
    "    volumes:",
    "      - /dev:/dev",
    "    actions:",
    ...lines.flat(),
    "",
  ].join("\n");
}
