// tink ca: what the API's certificate is signed by, and another in its place.
import { randomBytes, X509Certificate } from "node:crypto";
import { access } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { connect as connectTls } from "node:tls";
import { authorityFiles, fingerprintOf, newAuthority } from "@neverland/platform/tls/authority-files.ts";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { connectionOf, type GlobalOptions } from "../../connection/connect.ts";
import { defaultDataDir } from "../../connection/connection.ts";
import type { CliContext } from "../../context.ts";

const handshakeMs = 10_000;
const longestChain = 10;
const sqliteBusy = 5;

export function configure(command: Command, context: CliContext): void {
  command
    .command("show")
    .description(
      "show the CA's fingerprint and dates, and those of the certificate that the server shows, with its names",
    )
    .action(async () => {
      const { authority, server, serverName } = await connectionOf(command, context);
      if (!server.startsWith("https:")) throw new CliError("not-found", `${server} is plain HTTP, and has no CA.`);
      const shown = await certificateOf(server, authority, serverName);
      const certificate = authority === undefined ? undefined : new X509Certificate(authority);
      if (certificate !== undefined && !isSignedBy(shown, certificate)) throw strangers(server, shown, certificate);
      const names = (shown.subjectAltName ?? "").replaceAll("IP Address:", "").replaceAll("DNS:", "");
      context.stdout(
        (certificate === undefined
          ? "CA           one that this system trusts\n"
          : `CA           ${certificate.subject.replace(/^CN=/, "")}\n` +
            `  fingerprint  ${fingerprintOf({ certificate })}\n` +
            `  good         ${day(certificate.validFrom)} to ${day(certificate.validTo)}\n`) +
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
      const { certificate, key } = authorityFiles(folder);
      await access(key).catch((cause: unknown) => {
        throw new CliError("not-found", `There is no CA in ${dataDir}: the first start of tink up makes one.`, {
          cause,
        });
      });
      if (isInUse(join(dataDir, "neverland.db")))
        throw new CliError(
          "failed",
          `A server runs on ${dataDir}, and would go on with the old CA while clients are given the new one: end it first.`,
        );
      const made = await newAuthority(folder, { nowMs: context.nowMs, randomBytes });
      context.stdout(`${fingerprintOf(made)}\n`);
      context.stderr(
        `a new CA is in ${certificate}. Start tink up again: it writes the kubeconfig anew; give every other client the new CA.\n`,
      );
    });
}

function isSignedBy(shown: X509Certificate, authority: X509Certificate): boolean {
  let at: X509Certificate | undefined = shown;
  for (let count = 0; at !== undefined && count < longestChain; count += 1) {
    if (at.verify(authority.publicKey)) return true;
    const issuer: X509Certificate | undefined = at.issuerCertificate;
    at = issuer !== undefined && at.verify(issuer.publicKey) ? issuer : undefined;
  }
  return false;
}

function strangers(server: string, shown: X509Certificate, authority: X509Certificate): CliError {
  const text =
    `${server} shows a certificate that the CA which is known here has not signed: it is of "${shown.issuer.replaceAll("\n", ", ")}", ` +
    `${fingerprintOf({ certificate: shown })}; the CA is ${fingerprintOf({ certificate: authority })}.\n` +
    "Another program listens there, or the server has a new CA: compare with caFingerprint in the ready line of tink up, " +
    "and give its ca.crt by --certificate-authority, or its kubeconfig.";
  return new CliError("refused", text);
}

/** A running server keeps its database locked. */
function isInUse(database: string): boolean {
  try {
    const opened = new DatabaseSync(database, { readOnly: true, timeout: 0 });
    try {
      opened.prepare("SELECT count(*) FROM sqlite_schema").get();
    } finally {
      opened.close();
    }
    return false;
  } catch (error) {
    // Whatever else is wrong with it, no server runs on it.
    return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === sqliteBusy;
  }
}

/** @param ca Whose certificates may be wrong in other ways than whose they are; absent: only what the system trusts is taken. */
async function certificateOf(
  server: string,
  ca: string | undefined,
  serverName: string | undefined,
): Promise<X509Certificate> {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, "");
  const { promise, resolve, reject } = Promise.withResolvers<X509Certificate>();
  // It is only looked at: who it is for, and since when, is what may be wrong with it.
  const socket = connectTls(
    {
      host,
      ...((serverName ?? isIP(host) === 0) && { servername: serverName ?? host }),
      port: Number(port || 443),
      ca,
      rejectUnauthorized: ca === undefined,
    },
    () => {
      const shown = socket.getPeerX509Certificate();
      if (shown === undefined) reject(new Error("it showed no certificate"));
      else resolve(shown);
    },
  );
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
