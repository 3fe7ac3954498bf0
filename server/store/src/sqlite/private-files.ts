// The database's files belong to one user: secrets are in them, whatever the umask is and whoever made the folder.
import { closeSync, constants, fchmodSync, openSync } from "node:fs";
import { StoreError } from "../resource-store.ts";

const ownerOnly = 0o600;

/**
 * Makes `file` when it is not there, and takes it from all but its owner. SQLite gives its other files the same mode; those that an
 * earlier run left open to others are closed with the data folder.
 * @throws {StoreError} `unavailable` for a symbolic link: who set it chooses what is written to.
 */
export function makePrivate(file: string): void {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  try {
    const fd = openSync(file, O_RDWR | O_CREAT | O_NOFOLLOW, ownerOnly);
    fchmodSync(fd, ownerOnly);
    closeSync(fd);
  } catch (error) {
    if (isCode(error, "ELOOP")) {
      const text = `${file} is a symbolic link: name the data directory in which the database really is.`;
      throw new StoreError("unavailable", text, { cause: error });
    }
    // SQLite is going to say what is the matter with the file.
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
