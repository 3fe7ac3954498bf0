// Lease (coordination.k8s.io/v1): who leads among several of a program. Kubernetes' own kind; controllers that are pointed at this API elect by it.
import { z } from "zod";
import type { Resource } from "../resource.ts";
import { isTime } from "../time.ts";

const time = z.string().refine(isTime, { error: "expected a time such as 2026-01-02T03:04:05.000000Z" });

export const leaseSpecSchema = z.looseObject({
  holderIdentity: z.string().nullish().describe("Who holds it; empty when it was given back."),
  leaseDurationSeconds: z
    .int32()
    .min(1, { error: "must be greater than 0" })
    .nullish()
    .describe("How long those who want it wait, from when they last saw it change."),
  acquireTime: time.nullish().describe("When its holder took it."),
  renewTime: time.nullish().describe("When its holder last said that it still leads."),
  leaseTransitions: z
    .int32()
    .min(0, { error: "must be greater than or equal to 0" })
    .nullish()
    .describe("How often it went from one holder to another."),
  strategy: z.string().nullish().describe("How a leader is elected, where that is agreed upon."),
  preferredHolder: z.string().nullish().describe("To whom its holder is to give it."),
});

export type Lease = Resource<z.infer<typeof leaseSpecSchema>, never>;

/** k8s.io/api/coordination/v1/generated.proto `Lease`. */
export const leaseProtobuf = {
  2: {
    name: "spec",
    type: "message",
    fields: {
      1: { name: "holderIdentity", type: "text" },
      2: { name: "leaseDurationSeconds", type: "integer" },
      3: { name: "acquireTime", type: "micro-time" },
      4: { name: "renewTime", type: "micro-time" },
      5: { name: "leaseTransitions", type: "integer" },
      6: { name: "strategy", type: "text" },
      7: { name: "preferredHolder", type: "text" },
    },
  },
} as const;
