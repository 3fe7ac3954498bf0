// Keys of what is remembered, made of what strangers send: none takes more memory than a short one.
import { hash } from "node:crypto";

/** Characters; most keys are shorter. */
const longest = 200;

/** The text itself, or a digest of a long one. */
export function shortKey(text: string): string {
  return text.length <= longest ? text : `sha256 ${hash("sha256", text, "base64url")}`;
}
