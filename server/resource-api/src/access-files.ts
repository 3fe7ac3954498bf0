// The files in the data directory by which people and programs of this machine get in: the token and a kubeconfig.
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readPrivateFile } from "@neverland/platform/files/private-file.ts";
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
    await writePrivately(file, `${token}\n`);
    return token;
  }
  if (!tokenForm.test(present.trim()))
    throw new ServerError(
      "bad-data-dir",
      `${file} does not hold a token: delete it, and the next start makes a new one`,
    );
  return present.trim();
}

/**
 * Writes `DIR/kubeconfig`, with which kubectl finds the server.
 * @param server Its URL: `http://127.0.0.1:7480`. Without TLS kubectl sends no token, so it is put into the URL, as the
 *   password of basic authentication.
 */
export async function writeKubeconfig(dataDir: string, server: string, token: string): Promise<string> {
  const file = join(dataDir, "kubeconfig");
  const name = "neverland";
  const url = new URL(server);
  if (url.protocol === "http:") {
    url.username = name;
    url.password = token;
  }
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url.href.replace(/\/$/, "") } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "default" } }],
    "current-context": name,
  };
  await writePrivately(file, writeYaml(config));
  return file;
}

/** Wholly or not at all, and at no moment readable by others. */
async function writePrivately(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  await rm(temporary, { force: true });
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await flushFolder(dirname(file));
}

/** Until a folder is on disk, a power cut brings back what had a new file's name before: clients would hold a token that is gone. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function randomToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}
