// The files in the data directory by which people and programs of this machine get in: the token and a kubeconfig.
import { join } from "node:path";
import { readPrivateFile, writePrivateFile } from "@neverland/platform/files/private-file.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import { writeYaml } from "@neverland/yaml";

/** 256 bits in base64url. */
const tokenForm = /^[\w-]{43}$/;

/**
 * Reads `DIR/token`, or makes it when it is not there.
 * @throws {ServerError} When the file holds no token, naming what to do.
 */
export async function ensureToken(dataDir: string, newToken: () => string = randomToken): Promise<string> {
  const file = join(dataDir, "token");
  const present = await readPrivateFile(file);
  if (present === undefined) {
    const token = newToken();
    await writePrivateFile(file, `${token}\n`);
    return token;
  }
  if (!tokenForm.test(present.trim()))
    throw new ServerError(
      "bad-data-dir",
      `${file} does not hold a token: delete it, and the next start makes a new one`,
    );
  return present.trim();
}

/** How a program gets in. */
export type Access = {
  /** `https://127.0.0.1:7480`. */
  readonly server: string;
  readonly token: string;
  /** Who the server's certificate is to be signed by, in PEM form; absent: whom the system trusts. */
  readonly authority?: string | undefined;
  /** The name that its certificate is for, where the address is another. */
  readonly serverName?: string | undefined;
};

/**
 * Writes `DIR/kubeconfig`, with which kubectl and other clients find the server. Of a server without TLS it is for `tink` alone: other clients
 * send no token to one.
 */
export async function writeKubeconfig(dataDir: string, access: Access): Promise<string> {
  const file = join(dataDir, "kubeconfig");
  await writePrivateFile(file, kubeconfigText(access));
  return file;
}

/** For whoever is to be let in by it. */
export function kubeconfigText({ server, token, authority, serverName }: Access): string {
  const name = "neverland";
  const trusted = authority && { "certificate-authority-data": Buffer.from(authority).toString("base64") };
  const certified = serverName && { "tls-server-name": serverName };
  // By which `tink` knows it also where it was merged with others and renamed.
  const mark = { name: "neverland.dev", extension: {} };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: server.replace(/\/$/, ""), ...trusted, ...certified, extensions: [mark] } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "default" } }],
    "current-context": name,
  };
  return writeYaml(config);
}

function randomToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}
