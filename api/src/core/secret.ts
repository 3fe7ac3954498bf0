// Secret (core/v1): what only its readers are to see, kept as base64. Kubernetes' own kind, since upstream's YAML has them.
import { z } from "zod";
import type { Resource } from "../resource.ts";

const base64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const key = z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, { error: "expected letters, digits, '-', '_' and '.'" });

/** As Kubernetes: the text of all values, decoded. */
const mostBytes = 1024 * 1024;

export const secretMembers = {
  data: z
    .record(key, z.string().regex(base64, { error: "expected base64" }))
    .refine((data) => Object.values(data).reduce((sum, text) => sum + (text.length * 3) / 4, 0) <= mostBytes, {
      error: `expected at most ${mostBytes} bytes in all`,
    })
    .nullish()
    .describe("The secret's values by name, as base64."),
  stringData: z
    .record(key, z.string())
    .nullish()
    .describe("Values as plain text: a shorter form to write, which becomes data and is never read back."),
  type: z.string().nullish().describe("What programs expect to find in it: Opaque, kubernetes.io/basic-auth."),
  immutable: z.boolean().nullish().describe("Whether data can be changed no more."),
} as const;

/** k8s.io/api/core/v1/generated.proto `Secret`. */
export const secretProtobuf = {
  2: { name: "data", type: "bytes-map" },
  3: { name: "type", type: "text" },
  4: { name: "stringData", type: "text-map" },
  5: { name: "immutable", type: "flag" },
} as const;

export type Secret = Resource<never, never> & {
  data?: Record<string, string> | null;
  stringData?: Record<string, string> | null;
  type?: string | null;
  immutable?: boolean | null;
};

type Content = { readonly [member: string]: unknown };

/** As a Secret is kept: `stringData` in `data`, and a type. What is of the wrong form is left for the schema to name. */
export function prepareSecret(object: Content): Content {
  const { stringData, data, type, ...rest } = object;
  const kept = { ...rest, type: type || "Opaque" };
  if (stringData === undefined || stringData === null) return { ...kept, ...(data !== undefined && { data }) };
  if (!isTexts(stringData) || (data !== undefined && data !== null && typeof data !== "object")) return object;
  const encoded = Object.entries(stringData).map(([name, text]) => [name, new TextEncoder().encode(text).toBase64()]);
  return { ...kept, data: { ...data, ...Object.fromEntries(encoded) } };
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((text) => typeof text === "string");
}
