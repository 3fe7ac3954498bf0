// Job and Task (bmc.tinkerbell.org/v1alpha1): actions for one machine's management controller, and each of them while it is carried out.
import { z } from "zod";
import { conditionSchema, observedGeneration } from "../goal-condition.ts";
import type { Resource } from "../resource.ts";
import { isTime } from "../time.ts";
import { bmcActionSchema } from "./action.ts";
import { connectionSchema } from "./machine.ts";

const time = z.string().refine(isTime, { error: "expected a time such as 2026-01-02T15:04:05Z" });

export const bmcJobSpecSchema = z.looseObject({
  machineRef: z
    .looseObject({
      name: z.string().describe("The Machine's name."),
      namespace: z.string().describe("The Machine's namespace."),
    })
    .describe("The Machine whose management controller is told."),
  tasks: z
    .array(bmcActionSchema)
    .refine((tasks) => tasks.length > 0, { error: "expected at least one action" })
    .describe("What is done, one after the other; the first that fails is the last."),
});

export const bmcTaskSpecSchema = z.looseObject({
  task: bmcActionSchema.describe("What is done."),
  connection: connectionSchema.nullish().describe("How the management controller is reached, as the Machine has it."),
});

/** Of either. */
export const bmcJobStatusSchema = z.looseObject({
  observedGeneration,
  conditions: z.array(conditionSchema).nullish().describe("Running, Completed and Failed, and what all kinds have."),
  startTime: time.nullish().describe("When it was begun."),
  completionTime: time.nullish().describe("When it ended, well or not."),
});

type Status = z.infer<typeof bmcJobStatusSchema>;
export type BmcJob = Resource<z.infer<typeof bmcJobSpecSchema>, Status>;
export type BmcTask = Resource<z.infer<typeof bmcTaskSpecSchema>, Status>;
