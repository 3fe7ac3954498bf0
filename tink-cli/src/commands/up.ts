// tink up: everything in one process, in the foreground.
import { type ComponentName, componentNames, readServerConfig, type ServerConfigInput } from "@neverland/server/config";
import { type Command, Option } from "commander";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { defaultDataDir } from "../connection.ts";
import type { CliContext } from "../context.ts";
import { version } from "./version.ts";

type UpOptions = {
  interface?: string[];
  apiListen?: string;
  bootListen?: string;
  httpPort?: number;
  grpcPort?: number;
  dhcpPort?: number;
  tftpPort?: number;
  only?: ComponentName[];
  hookDir?: string;
  filesDir?: string;
  ipxeDir?: string;
  kernelArg?: string[];
  trustedProxy?: string[];
};

const collect = (value: string, all: string[] = []): string[] => [...all, value];
const list = (value: string): string[] => value.split(",");

/** After this long a stop no longer waits for transfers and calls that are under way. */
const stopDeadlineMs = 10_000;

export function addUpCommand(program: Command, context: CliContext): void {
  program
    .command("up")
    .description("run the server: DHCP, TFTP, HTTP boot, metadata, worker protocol, controllers, resource API")
    .option(
      "--data-dir <dir>",
      "database, token, kubeconfig, logs (made when missing)",
      defaultDataDir(context.env, context.isRoot),
    )
    .option(
      "--interface <name>",
      "answer DHCP and TFTP on this interface; may be repeated. None: no DHCP at all",
      collect,
    )
    .option("--api-listen <address:port>", "resource API, on loopback; port 0: any free one (default: 127.0.0.1:7480)")
    .option("--boot-listen <address>", "address for machines (default: the first interface's)")
    .option("--http-port <port>", "HTTP for machines (default: 7080)", Number)
    .option("--grpc-port <port>", "worker protocol (default: 42113)", Number)
    .addOption(new Option("--dhcp-port <port>", "UDP port of DHCP (default: 67)").argParser(Number).hideHelp())
    .addOption(new Option("--tftp-port <port>", "UDP port of TFTP (default: 69)").argParser(Number).hideHelp())
    .option("--only <components>", `run some of: ${componentNames.join(", ")}`, list)
    .option("--hook-dir <dir>", "what tink hook build made (default: DATA_DIR/hook)")
    .option("--files-dir <dir>", "disk images, served to machines under /files/ (default: DATA_DIR/files)")
    .option("--ipxe-dir <dir>", "iPXE's binaries (default: /usr/lib/ipxe)")
    .option("--kernel-arg <arg>", "put at the end of Hook's kernel command line; may be repeated", collect)
    .option("--trusted-proxy <cidr>", "believe X-Forwarded-For of these peers; may be repeated", collect)
    .action(async (options: UpOptions, command: Command) => runServer(options, command, context));
}

async function runServer(options: UpOptions, command: Command, context: CliContext): Promise<void> {
  const { dataDir } = command.optsWithGlobals<{ dataDir?: string }>();
  const config = readConfig({ ...options, dataDir: dataDir ?? defaultDataDir(context.env, context.isRoot) });
  // Only here: no other command needs the server's weight to start.
  const { openLog, startServer } = await import("@neverland/server");
  const server = await startServer(config, {
    signal: context.signal,
    version,
    log: openLog(context.env.TINK_LOG_LEVEL ?? "info"),
  });
  context.stdout(`${JSON.stringify({ event: "ready", ...server.addresses })}\n`);
  if (!context.signal.aborted)
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve, { once: true }));
  await server.stop(AbortSignal.timeout(stopDeadlineMs));
}

function readConfig({
  interface: interfaces,
  kernelArg,
  trustedProxy,
  ...rest
}: UpOptions & { dataDir: string }): ReturnType<typeof readServerConfig> {
  const given = { ...rest, interfaces, extraKernelArgs: kernelArg, trustedProxies: trustedProxy };
  try {
    return readServerConfig(withoutUndefined(given) as ServerConfigInput);
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new CliError("usage", `tink up: ${z.prettifyError(error)}`, { cause: error });
    throw error;
  }
}

function withoutUndefined(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
