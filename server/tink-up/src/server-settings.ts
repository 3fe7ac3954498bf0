// Settings of the process as a whole, which no component has for itself.
import { hostPort, oneOf } from "@neverland/component-kit/value-schemas.ts";
import { z } from "zod";
import { components } from "./components.ts";

const names = components.filter(({ runsWith }) => runsWith === undefined).map(({ name }) => name);
const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** Elsewhere its token could be read on the way: the API itself speaks no TLS. */
function onLoopback({ host, port }: z.output<typeof hostPort>, { addIssue }: z.RefinementCtx): void {
  if (/^(127\.|::1$|localhost$)/.test(host)) return;
  const mend = `listen on 127.0.0.1 and reach it through SSH (ssh -L ${port}:127.0.0.1:${port} THIS_MACHINE) or a proxy with TLS`;
  addIssue({ code: "custom", message: `the resource API is served on loopback only; ${mend}` });
}

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
      schema: hostPort.superRefine(onLoopback).default({ host: "127.0.0.1", port: 7480 }),
      effect: "resource API; on loopback only, and port 0 is any free one",
      fallback: "127.0.0.1:7480",
      flag: { form: "--api-listen <address:port>", group: "Where it listens:" },
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
