// AccessToken (metal.neverland.dev/v1alpha1): one who may use the API, known by the hash of a token that the server never keeps.
import { z } from "zod";
import type { Resource } from "../resource.ts";
import { isTime } from "../time.ts";

export const accessTokenSpecSchema = z.looseObject({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "expected 64 hexadecimal digits in lower case: the SHA-256 of the token" })
    .describe("SHA-256 of the token, in hexadecimal. The token itself is kept nowhere."),
  expiresAt: z
    .string()
    .refine(isTime, { error: "expected a time such as 2027-01-31T00:00:00Z" })
    .optional()
    .describe("From when on the token is refused (RFC 3339). Absent: it is good until it is deleted."),
});
export const accessTokenStatusSchema = z.looseObject({
  lastUsed: z.string().optional().describe("When it was last used, to the hour."),
});
export type AccessToken = Resource<z.infer<typeof accessTokenSpecSchema>, z.infer<typeof accessTokenStatusSchema>>;
