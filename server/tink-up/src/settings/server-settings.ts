// Settings of the process as a whole, which no component has for itself.

import { isIP } from "node:net";
import { isLoopback } from "@neverland/api/loopback";
import type { Settings } from "@neverland/component-kit/read-settings.ts";
import type { ValuesOf } from "@neverland/component-kit/setting.ts";
import { hostPort, oneOf, path } from "@neverland/component-kit/value-schemas.ts";
import { z } from "zod";
import { components } from "../components.ts";
import { portProblems } from "./own-ports.ts";

const names = components.filter(({ runsWith }) => runsWith === undefined).map(({ name }) => name);
/** RFC 5280 §4.2.1.6 writes them in ASCII. */
const hostName = z
  .string()
  .refine((name) => isIP(name) !== 0 || (name.length <= 253 && /^(?:[\w-]{1,63})(?:\.[\w-]{1,63})*$/.test(name)), {
    error: "expected a host name such as tink.example.com, or an address",
  });
const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export const serverSettings = {
  only: {
    form: "list",
    schema: z.array(z.enum(names, { error: `expected some of ${names.join(", ")}` })).optional(),
    effect: `run some of: ${names.join(", ")}`,
    fallback: "all",
    flag: { form: "--only <components>", group: "Where it listens:", separator: "," },
  },
  api: {
    listen: {
      form: "text",
      schema: hostPort.default({ host: "127.0.0.1", port: 7480 }),
      effect: "resource API; port 0 is any free one",
      fallback: "127.0.0.1:7480",
      flag: { form: "--api-listen <address:port>", group: "Where it listens:" },
    },
    plainHttp: {
      form: "text",
      schema: oneOf(["never", "loopback", "anywhere"]).default("never"),
      effect:
        "serve the resource API over plain HTTP: on loopback, for a proxy on this machine; or anywhere, where whoever is on the way reads tokens",
      flag: { form: "--api-plain-http <where>", group: "Where it listens:" },
    },
    tls: {
      names: {
        form: "list",
        schema: z.array(hostName).default([]),
        effect: "host names and addresses by which clients know the server, beside localhost and those it listens on",
        fallback: "none",
        flag: { form: "--api-name <name>", group: "Where it listens:" },
      },
      certificateFile: {
        form: "text",
        schema: path.optional(),
        effect: "certificate of the resource API (PEM; the chain after it), read anew within a minute when it changes",
        fallback: "one of a CA of its own",
        flag: { form: "--api-cert <file>", group: "Where it listens:" },
      },
      keyFile: {
        form: "text",
        schema: path.optional(),
        effect: "private key of that certificate (PEM)",
        flag: { form: "--api-key <file>", group: "Where it listens:" },
      },
    },
  },
  log: {
    level: {
      form: "text",
      schema: oneOf(levels).default("info"),
      effect: "what is written to the log: this and what is worse",
    },
  },
} as const;

export function isAnyAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** What must hold between them. */
export function serverProblems(settings: Settings): readonly string[] {
  return [...plainProblems(settings), ...certificateProblems(settings), ...portProblems(settings)];
}

function certificateProblems(settings: Settings): readonly string[] {
  const [certificate, key] = ["api.tls.certificateFile", "api.tls.keyFile"];
  const needed = (missing: string, given: string): string =>
    `${settings.placeOf(given)}${settings.nameOf(missing, given)} is needed with ${settings.nameOf(given)}`;
  const [hasCertificate, hasKey] = [certificate, key].map((one) => settings.get(one) !== undefined);
  if (hasCertificate === hasKey) return [];
  return [hasCertificate ? needed(key, certificate) : needed(certificate, key)];
}

function plainProblems(settings: Settings): readonly string[] {
  const { host } = settings.get("api.listen") as { readonly host: string }; // read by the schema above
  if (settings.get("api.plainHttp") !== "loopback" || isLoopback(host)) return [];
  const [plain, listen] = [settings.nameOf("api.plainHttp"), settings.nameOf("api.listen", "api.plainHttp")];
  const mend = `leave ${plain} out, and it is HTTPS; or say ${plain} anywhere, if nobody can listen on the way`;
  return [`${settings.placeOf("api.plainHttp")}${plain} loopback: ${listen} ${host} is not on loopback; ${mend}`];
}

/** What is probably not meant as it is. */
export function serverWarnings({ api }: ValuesOf<typeof serverSettings>): readonly string[] {
  if (api.plainHttp !== "anywhere" || isLoopback(api.listen.host)) return [];
  const risk = "whoever is on the way between a client and this machine reads its token and may then do everything";
  return [
    `the resource API is served over plain HTTP at ${api.listen.host}: ${risk}; leave api.plainHttp out, and it is HTTPS`,
  ];
}
