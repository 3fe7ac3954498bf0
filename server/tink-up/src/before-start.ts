// What must be so before anything is opened or written: a slip in the options ends the start here, with nothing begun.
import { access, constants, mkdir, readdir, readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { findLink, ipv4Addresses } from "@neverland/platform/network/interfaces.ts";
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import { bindUdp } from "@neverland/platform/network/udp-endpoint.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import type { ServerConfig } from "./config.ts";

export type TlsFiles = { readonly certificate: string; readonly privateKey: string };

/** @throws {NetworkError | ServerError} For interfaces, addresses and folders that are not there. @returns Warnings. */
export async function checkOptions(config: ServerConfig, signal: AbortSignal): Promise<string[]> {
  for (const name of config.interfaces) findLink(name);
  await checkBootListen(config, signal);
  checkApiListen(config);
  return [...(await checkHook(config)), ...(await checkIpxe(config))];
}

/** Elsewhere its token could be read on the way: the API itself speaks no TLS. */
function checkApiListen({ apiListen: { host, port } }: ServerConfig): void {
  if (/^(127\.|::1$|localhost$)/.test(host)) return;
  const mend = `listen on 127.0.0.1 and reach it through SSH (ssh -L ${port}:127.0.0.1:${port} THIS_MACHINE) or a proxy with TLS`;
  throw new ServerError("bad-config", `--api-listen ${host}: the resource API is served on loopback only; ${mend}`);
}

/** @throws {ServerError} `bad-config` when a file cannot be read or the two do not belong together. */
export async function readTlsFiles({ grpcCert, grpcKey }: ServerConfig): Promise<TlsFiles | undefined> {
  if (grpcCert === undefined || grpcKey === undefined) return undefined;
  const [certificate, privateKey] = await Promise.all([
    readPem("--grpc-cert", grpcCert),
    readPem("--grpc-key", grpcKey),
  ]);
  try {
    createSecureContext({ cert: certificate, key: privateKey });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const text = `--grpc-cert ${grpcCert} and --grpc-key ${grpcKey} are not a certificate and its key in PEM form: ${why}`;
    throw new ServerError("bad-config", text, { cause });
  }
  return { certificate, privateKey };
}

/** @throws {ServerError} `bad-config` when it is no folder, else `bad-data-dir`. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await inDataDir(dataDir, async () => {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    // When it is another user's, that is to be said, not which of its files fails first.
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  });
}

/** Does something with files of the data folder; the system's errors become sentences. */
export async function inDataDir<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = whyUnusable.get(codeOf(cause))?.(pathOf(cause) ?? dataDir);
    if (why === undefined) throw cause;
    const code = notAFolder.includes(codeOf(cause)) ? "bad-config" : "bad-data-dir";
    throw new ServerError(code, `${dataDir} cannot be the data folder: ${why}`, { cause });
  }
}

const notAFolder = ["EEXIST", "ENOTDIR"];
const elsewhere = "name another with --data-dir";
const forbidden = (path: string): string =>
  `this user may not use ${path}; run this as the user whom it belongs to, or ${elsewhere}`;
const whyUnusable: ReadonlyMap<string, (path: string) => string> = new Map([
  ...notAFolder.map((code) => [code, () => "it is a file, or lies below one; name a folder with --data-dir"] as const),
  ...["EACCES", "EPERM"].map((code) => [code, forbidden] as const),
  ["ENOENT", () => `it cannot be made there (is the disk mounted for reading only?); ${elsewhere}`],
  ["EROFS", () => `its disk is mounted for reading only; ${elsewhere}`],
  ["ENOSPC", () => "its disk is full; free some space, then try again"],
]);

/** By trying: addresses of links without a cable can be listened on, but are not in Node's list. */
async function checkBootListen({ bootListen }: ServerConfig, signal: AbortSignal): Promise<void> {
  if (bootListen === undefined) return;
  try {
    const endpoint = await bindUdp({ host: bootListen, port: 0, purpose: "machines" }, signal);
    await endpoint.close();
  } catch (cause) {
    if (!(cause instanceof NetworkError && cause.code === "no-address")) throw cause;
    const text = `--boot-listen ${bootListen}: no interface of this machine has that address; there are ${ipv4Addresses().join(", ")}`;
    throw new ServerError("bad-config", text, { cause });
  }
}

async function checkHook({ hookDir, hookDirIsNamed, hookUrl, interfaces }: ServerConfig): Promise<string[]> {
  if (hookUrl !== undefined || !(hookDirIsNamed || interfaces.length > 0)) return [];
  const files = await filesOf("--hook-dir", hookDir, hookDirIsNamed);
  const halves = ["vmlinuz-", "initramfs-"].filter((half) => !files.some((name) => name.startsWith(half)));
  if (halves.length === 0) return [];
  const missing = halves.map((half) => `${half}x86_64`).join(" and ");
  const text = `${hookDir} has no ${missing} for machines to boot; make it with: tink hook build --out ${hookDir}`;
  if (hookDirIsNamed) throw new ServerError("bad-config", text);
  return [text];
}

async function checkIpxe({ ipxeDir, interfaces }: ServerConfig): Promise<string[]> {
  if (interfaces.length === 0) return [];
  const hasSome = (await filesOf("--ipxe-dir", ipxeDir, false)).some((name) => /\.(efi|k?kpxe|pxe)$/.test(name));
  if (hasSome) return [];
  return [
    `${ipxeDir} has no iPXE binaries to boot machines with; install Debian's package ipxe or name them with --ipxe-dir`,
  ];
}

async function filesOf(option: string, folder: string, isNamed: boolean): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (!isNamed && codeOf(cause) === "ENOENT") return [];
    const why =
      {
        ENOENT: "there is no such folder",
        ENOTDIR: "it is a file, not a folder",
        EACCES: "this user may not read it",
      }[codeOf(cause)] ?? String(cause);
    throw new ServerError("bad-config", `${option} ${folder}: ${why}`, { cause });
  }
}

async function readPem(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const why =
      { ENOENT: "there is no such file", EACCES: "this user may not read it" }[codeOf(cause)] ?? String(cause);
    throw new ServerError("bad-config", `${option} ${file}: ${why}`, { cause });
  }
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error ? String(error.path) : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
