// image2disk's settings: the variables of its upstream namesake, and three of ours.
import { type Environment, EnvironmentReader } from "../program/environment.ts";

export type Settings = {
  readonly url: URL;
  readonly disk: string;
  readonly isCompressed: boolean;
  /** Lower-case hex; of the bytes as served, and of the bytes as written. */
  readonly sha256: string | undefined;
  readonly rawSha256: string | undefined;
  readonly mayWriteFile: boolean;
  /** How long to go on without a single new byte; undefined for the usual few tries. */
  readonly retryMs: number | undefined;
  readonly progressMs: number;
};

const maxMinutes = 7 * 24 * 60;

/** @throws {ActionError} `environment` names every variable that is wrong. */
export function readSettings(environment: Environment): Settings {
  const reader = new EnvironmentReader(environment);
  const retryMinutes = reader.integer("RETRY_DURATION_MINUTES", { min: 1, max: maxMinutes, fallback: 10 });
  const settings = {
    url: imageUrl(reader),
    disk: diskPath(reader),
    isCompressed: reader.boolean("COMPRESSED", false),
    sha256: digest(reader, "IMG_SHA256"),
    rawSha256: digest(reader, "IMG_RAW_SHA256"),
    mayWriteFile: reader.boolean("DEST_ALLOW_FILE", false),
    retryMs: reader.boolean("RETRY_ENABLED", false) ? retryMinutes * 60_000 : undefined,
    progressMs: reader.integer("PROGRESS_INTERVAL_SECONDS", { min: 1, max: 3600, fallback: 3 }) * 1000,
  };
  reader.check();
  return settings;
}

function imageUrl(reader: EnvironmentReader): URL {
  const expected = "the http or https address of the image";
  const text = reader.required("IMG_URL", expected);
  const url = URL.parse(text);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  if (text !== "") reader.wrong("IMG_URL", expected);
  return new URL("http://invalid.invalid/");
}

function diskPath(reader: EnvironmentReader): string {
  const expected = "the path of a block device, such as /dev/sda";
  const path = reader.required("DEST_DISK", expected);
  if (path !== "" && !path.startsWith("/")) reader.wrong("DEST_DISK", expected);
  return path;
}

function digest(reader: EnvironmentReader, name: string): string | undefined {
  const value = reader.optional(name)?.toLowerCase();
  const hex = value?.startsWith("sha256:") ? value.slice("sha256:".length) : value;
  if (hex !== undefined && !/^[0-9a-f]{64}$/.test(hex)) reader.wrong(name, "a SHA-256 as 64 hexadecimal digits");
  return hex;
}
