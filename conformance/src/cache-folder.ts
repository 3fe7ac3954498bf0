// Where what is kept of programs that are not ours lies, for all checkouts.
import { homedir } from "node:os";
import { join } from "node:path";

export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "neverland");
}
