// The public keys of whoever types: with sudo, of the person behind it.
import { readdir, readFile } from "node:fs/promises";
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
  if (keys.length > 0) return keys;
  const where = named ?? "~/.ssh/*.pub";
  throw new CliError(
    "usage",
    `${where} holds no public key, and nobody could log in to the machine. Make one with: ssh-keygen -t ed25519; or name one with --ssh-key.`,
  );
}

function isKey(text: string): boolean {
  return /^(ssh|ecdsa|sk)-[\w@.-]+ AAAA[\w+/=]+( .*)?$/.test(text);
}

async function usualFiles({ SUDO_USER: sudoUser }: NodeJS.ProcessEnv): Promise<string[]> {
  const dir = join(sudoUser ? await homeOf(sudoUser) : homedir(), ".ssh");
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.endsWith(".pub")).map((name) => join(dir, name));
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
