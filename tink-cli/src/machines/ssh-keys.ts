// The SSH keys of whoever types: with sudo, of the person behind it too.
import { access, readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";

/**
 * @param named A file, or a key itself. @returns Lines of `authorized_keys`.
 * @throws {CliError} `usage` where there is none.
 */
export async function publicKeys(named: string | undefined, env: NodeJS.ProcessEnv): Promise<string[]> {
  if (named !== undefined && isKey(named)) return [named];
  const files = named === undefined ? await usualFiles(env) : [named];
  const texts = await Promise.all(files.map(async (file) => await readFile(file, "utf8").catch(refuse(file))));
  const keys = texts.flatMap((text) => text.split("\n").map((line) => line.trim())).filter(isKey);
  if (keys.length > 0) return [...new Set(keys)];
  const where = named ?? (await sshDirs(env)).map((dir) => join(dir, "*.pub")).join(" and ");
  throw new CliError(
    "usage",
    `There is no public key in ${where}, and nobody could log in to the machine. Name one with --ssh-key, or make one:\n  ${makeKeyCommand}`,
  );
}

/** To be typed as it stands. */
export const makeKeyCommand = "ssh-keygen -t ed25519 -f ~/.ssh/id_ed25519";

/** The file of a private key whose public key {@link publicKeys} finds; undefined where there is none. */
export async function privateKeyFile(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const file of (await usualFiles(env)).map((name) => name.replace(/\.pub$/, "")))
    if (await isThere(file)) return file;
  return undefined;
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

function isKey(text: string): boolean {
  return /^(ssh|ecdsa|sk)-[\w@.-]+ AAAA[\w+/=]+( .*)?$/.test(text);
}

/** The person's before root's: `sudo -i` has a home of its own, where a key may have been made. */
async function sshDirs({ SUDO_USER: sudoUser }: NodeJS.ProcessEnv): Promise<string[]> {
  const homes = [...(sudoUser ? [await homeOf(sudoUser)] : []), homedir()];
  return [...new Set(homes)].map((home) => join(home, ".ssh"));
}

async function usualFiles(env: NodeJS.ProcessEnv): Promise<string[]> {
  const files: string[] = [];
  for (const dir of await sshDirs(env)) {
    const names = await readdir(dir).catch(() => []);
    files.push(...names.filter((name) => name.endsWith(".pub")).map((name) => join(dir, name)));
  }
  return files;
}

async function homeOf(user: string): Promise<string> {
  const accounts = await readFile("/etc/passwd", "utf8");
  const line = accounts.split("\n").find((each) => each.startsWith(`${user}:`));
  return line?.split(":")[5] ?? join("/home", user);
}

function refuse(file: string): (error: unknown) => never {
  return (error) => {
    throw new CliError("usage", `--ssh-key ${file}: ${error instanceof Error ? error.message : error}`);
  };
}
