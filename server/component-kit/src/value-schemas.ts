// What values may be that several settings have: ports, addresses, paths.
import { isIPv4 } from "node:net";
import { z } from "zod";

export const port = z
  .int({ error: "expected a port from 0 to 65535" })
  .min(0, { error: "expected a port from 0 to 65535" })
  .max(65535, { error: "expected a port from 0 to 65535" });
export const ipv4 = z.string().refine(isIPv4, { error: "expected an IPv4 address such as 10.0.0.1" });
/** One of some words, in any case: environments are often written in capitals. */
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(words, { error: `expected one of ${words.join(", ")}` }));
export const path = z.string().min(1, { error: "expected a path" });

/** `ADDRESS:PORT`; port 0 lets the system choose, and the ready line says what it chose. */
export const hostPort = z.string().transform((text, context) => {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const number = Number(found?.[3]);
  if (found === null || number > 65535) {
    context.addIssue({ code: "custom", message: "expected ADDRESS:PORT such as 127.0.0.1:7480" });
    return z.NEVER;
  }
  return { host: found[1] ?? found[2] ?? "", port: number };
});
