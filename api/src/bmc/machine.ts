// Machine (bmc.tinkerbell.org/v1alpha1): how a machine's management controller is reached, and whether it is.
import { z } from "zod";
import { conditionSchema, observedGeneration } from "../goal-condition.ts";
import type { Resource } from "../resource.ts";

const text = z.string().optional();
const flag = z.boolean().optional();
const port = z.int().min(0).max(65_535).optional();
const secretRef = z.looseObject({
  name: text.describe("The Secret's name."),
  namespace: text.describe("The Secret's namespace."),
});

const providerNames = ["ipmitool", "asrockrack", "gofish", "intelamt", "dell", "supermicro", "openbmc"];

const rpcSchema = z.looseObject({
  consumerURL: z.string().describe("Where the calls go."),
  logNotificationsDisabled: flag.describe("Whether calls are left out of the log."),
  request: z
    .looseObject({
      httpContentType: text.describe("The calls' Content-Type."),
      httpMethod: text.describe("The calls' method."),
      staticHeaders: z
        .record(z.string(), z.array(z.string()))
        .nullish()
        .describe("Headers of every call; kept secret."),
      timestampFormat: text.describe("How the time is written, as Go writes times."),
      timestampHeader: text.describe("The header with the time."),
    })
    .nullish()
    .describe("How calls are made."),
  signature: z
    .looseObject({
      headerName: text.describe("The header with the signature."),
      appendAlgoToHeaderDisabled: flag.describe("Whether the header's name goes without the algorithm's."),
      includedPayloadHeaders: z.array(z.string()).nullish().describe("Headers that are signed as well."),
    })
    .nullish()
    .describe("Where the signature goes."),
  hmac: z
    .looseObject({
      prefixSigDisabled: flag.describe("Whether the signature goes without the algorithm's name in front."),
      secrets: z.record(z.string(), z.array(secretRef)).nullish().describe("The Secrets to sign with, by algorithm."),
    })
    .nullish()
    .describe("How calls are signed."),
  experimental: z
    .looseObject({
      customRequestPayload: text.describe("A body of one's own; kept secret."),
      dotPath: text.describe("Where in it the call is put."),
    })
    .nullish()
    .describe("What may change."),
});

const providerOptionsSchema = z.looseObject({
  preferredOrder: z
    .array(
      z.string().refine((name) => providerNames.includes(name.toLowerCase()), {
        error: `expected one of ${providerNames.join(", ")}`,
      }),
    )
    .nullish()
    .describe(`Which way is tried first: ${providerNames.join(", ")}, in any case.`),
  intelAMT: z
    .looseObject({
      port: port.describe("Its port."),
      hostScheme: z.enum(["http", "https"]).optional().describe("http unless said."),
    })
    .nullish()
    .describe("Intel AMT."),
  ipmitool: z
    .looseObject({ port: port.describe("Its port."), cipherSuite: text.describe("The cipher suite's number.") })
    .nullish()
    .describe("IPMI."),
  redfish: z
    .looseObject({
      port: port.describe("Its port."),
      useBasicAuth: flag.describe("Whether every request has the password, instead of a session."),
      systemName: text.describe("Which system, where there are several."),
    })
    .nullish()
    .describe("Redfish."),
  rpc: rpcSchema.nullish().describe("Calls to a program of one's own."),
  homeassistant: z
    .looseObject({
      switchEntityID: z.string().describe("The switch that has the machine's power."),
      powerOperationDelaySeconds: z.int().optional().describe("How long to wait after switching, in seconds."),
    })
    .nullish()
    .describe("A switch of Home Assistant."),
});

export const connectionSchema = z.looseObject({
  host: z
    .string()
    .refine((host) => host !== "", { error: "expected the management controller's address or name" })
    .describe("The management controller's address or name."),
  port: port.describe("Its port; 623 unless said."),
  authSecretRef: secretRef.optional().describe("The Secret with username and password."),
  insecureTLS: z.boolean().describe("Whether any certificate of it is taken."),
  providerOptions: providerOptionsSchema.nullish().describe("What each way of speaking to it wants to know."),
});

/** Paths within a connection of what no log, event or `describe` shows. */
export const sensitiveOfConnection = [
  "providerOptions.rpc.request.staticHeaders",
  "providerOptions.rpc.experimental.customRequestPayload",
] as const;

export const bmcMachineSpecSchema = z.looseObject({
  connection: connectionSchema.describe("How the management controller is reached."),
});
export const bmcMachineStatusSchema = z.looseObject({
  powerState: z.enum(["on", "off", "unknown"]).optional().describe("The machine's power, as it was last seen."),
  observedGeneration,
  conditions: z
    .array(conditionSchema.extend({ lastUpdateTime: z.string().nullish().describe("When it was last looked at.") }))
    .nullish()
    .describe("Contactable, and what all kinds have."),
});

export type BmcMachine = Resource<z.infer<typeof bmcMachineSpecSchema>, z.infer<typeof bmcMachineStatusSchema>>;
