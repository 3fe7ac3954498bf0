// writefile's settings: the variables of its upstream namesake.
import { type Environment, EnvironmentReader } from "../program/environment.ts";

export type Settings = {
  readonly device: string;
  readonly fsType: string;
  /** Absolute, in the mounted system. */
  readonly path: string;
  readonly contents: string;
  readonly uid: number;
  readonly gid: number;
  readonly fileMode: number;
  readonly folderMode: number;
};

/** The last id is kept for "none" by Linux. */
const ids = { min: 0, max: 2 ** 32 - 2 };

/** @throws {ActionError} `environment` names every variable that is wrong. */
export function readSettings(environment: Environment): Settings {
  const reader = new EnvironmentReader(environment);
  const settings = {
    device: reader.required("DEST_DISK", "the path of a partition, such as /dev/sda1"),
    fsType: reader.required("FS_TYPE", "the type of its file system, such as ext4"),
    path: filePath(reader),
    contents: environment.CONTENTS ?? "",
    uid: reader.integer("UID", ids),
    gid: reader.integer("GID", ids),
    fileMode: reader.fileMode("MODE"),
    folderMode: reader.fileMode("DIRMODE"),
  };
  reader.check();
  return settings;
}

function filePath(reader: EnvironmentReader): string {
  const expected = "the absolute path of a file, such as /etc/hostname";
  const path = reader.required("DEST_PATH", expected);
  const isFile = path.startsWith("/") && !/(^|\/)\.{0,2}$/.test(path);
  if (path !== "" && !isFile) reader.wrong("DEST_PATH", expected);
  return path;
}
