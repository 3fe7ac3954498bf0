// A key pair for one demo: made when it begins, gone when it ends.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";

export type SshKey = { readonly privateKeyFile: string; readonly publicKey: string };

/** Makes `id_ed25519` and `id_ed25519.pub` in `dir`, with Debian's ssh-keygen, without a passphrase. */
export async function makeSshKey(dir: string, signal: AbortSignal): Promise<SshKey> {
  const privateKeyFile = join(dir, "id_ed25519");
  await runProgram(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tink demo", "-f", privateKeyFile], {
    signal,
  });
  return { privateKeyFile, publicKey: (await readFile(`${privateKeyFile}.pub`, "utf8")).trim() };
}
