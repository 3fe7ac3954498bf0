// tink up: everything in one process, in the foreground.
import {
  type ComponentName,
  componentNames,
  readServerConfig,
  type ServerConfigInput,
} from "@neverland/tink-up/config.ts";
import { type Command, Option } from "commander";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { defaultDataDir } from "../connection.ts";
import type { CliContext } from "../context.ts";
import { numberUpTo } from "../option-values.ts";
import { version } from "./version.ts";

/** By the names that commander gives them: --api-listen is `apiListen`. */
type UpOptions = {
  dataDir: string;
  interface?: string[];
  apiListen?: string;
  bootListen?: string;
  httpPort?: number;
  grpcPort?: number;
  dhcpPort?: number;
  tftpPort?: number;
  only?: ComponentName[];
  dhcp?: boolean;
  tftpBlockSize?: number;
  archBinary?: string[];
  grpcAuthority?: string;
  grpcCert?: string;
  grpcKey?: string;
  grpcTls?: boolean;
  grpcInsecureTls?: boolean;
  syslogHost?: string;
  hookUrl?: string;
  hookDir?: string;
  filesDir?: string;
  ipxeDir?: string;
  kernelArg?: string[];
  trustedProxy?: string[];
  instanceEndpoint?: boolean;
};

/** Options that may be repeated are lists in the server's settings, under another name. */
const settingNames: Readonly<Record<string, string>> = {
  interface: "interfaces",
  archBinary: "architectureBinaries",
  kernelArg: "extraKernelArgs",
  trustedProxy: "trustedProxies",
};

const collect = (value: string, all: string[] = []): string[] => [...all, value];
const list = (value: string): string[] => value.split(",");
const port = numberUpTo(65_535);

/** After this long a stop no longer waits for transfers and calls that are under way. */
const stopDeadlineMs = 10_000;

export function addUpCommand(program: Command, context: CliContext): void {
  const command = program
    .command("up")
    .description("run the server: DHCP, TFTP, HTTP boot, metadata, worker protocol, controllers, resource API");
  addListenOptions(command);
  addBootOptions(command);
  addWorkerOptions(command);
  addFolderOptions(command, context);
  command.action(async (options: UpOptions, self: Command) => runServer(options, self, context));
}

function addListenOptions(command: Command): void {
  command
    .optionsGroup("Where it listens:")
    .option(
      "--interface <name>",
      "answer DHCP and TFTP on this interface; may be repeated. None: no DHCP at all",
      collect,
    )
    .option(
      "--api-listen <address:port>",
      "resource API; on loopback only, and port 0 is any free one (default: 127.0.0.1:7480)",
    )
    .option("--boot-listen <address>", "address for machines (default: the first interface's)")
    .option("--http-port <port>", "HTTP for machines (default: 7080)", port)
    .option("--grpc-port <port>", "worker protocol (default: 42113)", port)
    .addOption(new Option("--dhcp-port <port>", "UDP port of DHCP (default: 67)").argParser(port).hideHelp())
    .addOption(new Option("--tftp-port <port>", "UDP port of TFTP (default: 69)").argParser(port).hideHelp())
    .option("--only <components>", `run some of: ${componentNames.join(", ")}`, list);
}

function addBootOptions(command: Command): void {
  command
    .optionsGroup("How machines boot:")
    .option("--no-dhcp", "leave DHCP to the server that is there; it must name our boot files")
    .option("--hook-url <url>", "folder of Hook's kernel and initramfs, on a server of yours (default: our own)")
    .option("--kernel-arg <arg>", "put at the end of Hook's kernel command line; may be repeated", collect)
    .option("--syslog-host <host>", "where machines send their system log, UDP 514 (default: nowhere)")
    .option(
      "--arch-binary <code=file>",
      "iPXE binary for an architecture (DHCP option 93), such as 7=ipxe.efi; may be repeated",
      collect,
    )
    .option(
      "--tftp-block-size <bytes>",
      "largest TFTP block (default: 1468); less where tunnels make packets smaller",
      numberUpTo(65_464),
    )
    .option("--instance-endpoint", "serve metadata also to whoever knows the id of an instance")
    .option("--trusted-proxy <cidr>", "believe X-Forwarded-For of these peers; may be repeated", collect);
}

function addWorkerOptions(command: Command): void {
  command
    .optionsGroup("Worker protocol:")
    .option("--grpc-authority <host:port>", "what workers connect to, when that is a proxy or NAT in front of us")
    .option("--grpc-cert <file>", "serve it by TLS with this certificate (PEM; the chain after it)")
    .option("--grpc-key <file>", "private key of --grpc-cert (PEM)")
    .option("--grpc-tls", "workers are to speak TLS; without --grpc-cert: to the proxy in front")
    .option("--grpc-insecure-tls", "workers take any certificate (else one of a public authority)");
}

function addFolderOptions(command: Command, { env, isRoot }: CliContext): void {
  command
    .optionsGroup("Folders:")
    .option("--data-dir <dir>", "database, token, kubeconfig, logs (made when missing)", defaultDataDir(env, isRoot))
    .option("--hook-dir <dir>", "what tink hook build made (default: DATA_DIR/hook)")
    .option("--files-dir <dir>", "disk images, served to machines under /files/ (default: DATA_DIR/files)")
    .option("--ipxe-dir <dir>", "iPXE's binaries (default: /usr/lib/ipxe)");
}

async function runServer(options: UpOptions, command: Command, context: CliContext): Promise<void> {
  const { dataDir } = command.optsWithGlobals<{ dataDir?: string }>();
  const config = readConfig({ ...options, dataDir: dataDir ?? defaultDataDir(context.env, context.isRoot) });
  // Only here: no other command needs the server's weight to start.
  const { openLog, startServer } = await import("@neverland/tink-up");
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

function readConfig(options: UpOptions): ReturnType<typeof readServerConfig> {
  const given = Object.fromEntries(Object.entries(options).map(([name, value]) => [settingNames[name] ?? name, value]));
  try {
    return readServerConfig(given as ServerConfigInput);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const problems = error.issues.map((issue) => sentenceOf(issue, given));
    throw new CliError("usage", `tink up: ${problems.join("; ")}.`, { cause: error });
  }
}

/** `--boot-listen 10.0.0.999: expected an IPv4 address such as 10.0.0.1` */
function sentenceOf(
  { path: [setting, at], message }: z.core.$ZodIssue,
  given: Readonly<Record<string, unknown>>,
): string {
  const found = Object.entries(settingNames).find(([, name]) => name === setting);
  const flag = (found?.[0] ?? String(setting)).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const value = given[String(setting)];
  const shown = Array.isArray(value) ? value[Number(at)] : value;
  return typeof shown === "string" || typeof shown === "number"
    ? `--${flag} ${shown}: ${message}`
    : `--${flag} ${message}`;
}
