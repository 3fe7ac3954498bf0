// tink ca: what the API's certificate is signed by, and another in its place.
import { randomBytes, X509Certificate } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { authorityFiles, fingerprintOf, newAuthority } from "@neverland/platform/tls/authority-files.ts";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connectionOf, type GlobalOptions } from "../connect.ts";
import { defaultDataDir } from "../connection.ts";
import type { CliContext } from "../context.ts";

const handshakeMs = 10_000;

export function configure(command: Command, context: CliContext): void {
  command
    .command("show")
    .description(
      "show the CA's fingerprint and dates, and those of the certificate that the server shows, with its names",
    )
    .action(async () => {
      const { authority, server } = await connectionOf(command, context);
      if (authority === undefined)
        throw new CliError("not-found", `${server} has no CA of its own: the system's are asked, or it is plain HTTP.`);
      const certificate = new X509Certificate(authority);
      const shown = await certificateOf(server, authority);
      const names = (shown.subjectAltName ?? "").replaceAll("IP Address:", "").replaceAll("DNS:", "");
      context.stdout(
        `CA           ${certificate.subject.replace(/^CN=/, "")}\n` +
          `  fingerprint  ${fingerprintOf({ certificate })}\n` +
          `  good         ${day(certificate.validFrom)} to ${day(certificate.validTo)}\n` +
          `Certificate  of ${server}\n` +
          `  names        ${names}\n` +
          `  good         ${day(shown.validFrom)} to ${day(shown.validTo)}\n`,
      );
    });
  command
    .command("rotate")
    .description(
      "make a new CA in the data folder of tink up; it counts from its next start, and every client must be given it",
    )
    .action(async () => {
      const { dataDir = defaultDataDir(context.env, context.isRoot) } = command.optsWithGlobals<GlobalOptions>();
      const folder = join(dataDir, "tls");
      const { certificate } = authorityFiles(folder);
      await access(certificate).catch((cause: unknown) => {
        throw new CliError("not-found", `There is no CA in ${dataDir}: the first start of tink up makes one.`, {
          cause,
        });
      });
      const made = await newAuthority(folder, { nowMs: context.nowMs, randomBytes });
      context.stdout(`${fingerprintOf(made)}\n`);
      context.stderr(
        `a new CA is in ${certificate}. Start tink up again: it writes the kubeconfig anew; give every other client the new CA.\n`,
      );
    });
}

async function certificateOf(server: string, ca: string): Promise<X509Certificate> {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, "");
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate>();
  // It is only looked at: who it is for, and since when, is what may be wrong with it.
  const socket = connectTls({ host, port: Number(port || 443), ca, rejectUnauthorized: false }, () => {
    const shown = socket.getPeerX509Certificate();
    if (shown === undefined) reject(new Error("it showed no certificate"));
    else resolve(shown);
  });
  socket.once("error", reject).setTimeout(handshakeMs, () => reject(new Error("it did not answer")));
  try {
    return await promise;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new CliError("unavailable", `${server} showed no certificate: ${why}. Is the server running?`, { cause });
  } finally {
    socket.destroy();
  }
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
