// The folder of the event log: its owner's alone, whatever the umask; a link in its place is refused.
import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";

export async function makePrivateDir(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
  const handle = await open(dir, O_DIRECTORY | O_NOFOLLOW | O_RDONLY);
  await handle.chmod(0o700).finally(() => handle.close());
}
