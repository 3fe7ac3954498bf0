// Tokens as the API takes them. 256 random bits cannot be guessed, so that one round of SHA-256 keeps them as well as a slow hash would,
// and costs a request nothing; salt is for what several people may choose alike.
import { createHash, randomBytes } from "node:crypto";

/** What they begin with, by which people and scanners of secrets know one. */
const prefix = "neverland_";

export function newToken(): string {
  return `${prefix}${randomBytes(32).toString("base64url")}`;
}

/** As `spec.sha256` of an AccessToken has it. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
