// MachineEvent (metal.neverland.dev/v1alpha1): one fact about one machine, written once and never changed.
// Boots, Hegel, Tink Server and the lab append them; a machine's timeline and its stage bill are read from them.
import { z } from "zod";
import type { Resource } from "../resource.ts";

/** What a component hands to the injected `record` port. */
export const machineEventInputSchema = z.looseObject({
  /** Hardware name, when the component knows it. */
  hardware: z.string().optional(),
  /** Lower case with colons. */
  mac: z.string().optional(),
  /** `namespace/name`, when the fact belongs to a workflow. */
  workflow: z.string().optional(),
  /** Who says so: `boots/dhcp`, `boots/tftp`, `boots/http`, `hegel`, `tink-server`, `workflow-controller`, `lab`, `demo`. */
  source: z.string(),
  /** What happened, in CamelCase: `DhcpOffer`, `DhcpIgnored`, `ScriptServed`, `WorkerAsked`, `ActionStarted`. */
  type: z.string(),
  /** Why, in CamelCase, for each refusal and silence: `UnknownMachine`, `NetbootNotAllowed`. */
  reason: z.string().optional(),
  /** One sentence for people. */
  message: z.string(),
  /** Small facts for programs. */
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type MachineEventInput = z.infer<typeof machineEventInputSchema>;

export const machineEventSpecSchema = machineEventInputSchema.extend({
  /** RFC 3339 with milliseconds, by the server's clock. */
  time: z.string(),
  /** How often the same fact was seen; the rest of the event is its first sight. */
  count: z.int().optional(),
});
export type MachineEventSpec = z.infer<typeof machineEventSpecSchema>;
export type MachineEvent = Resource<MachineEventSpec, never>;
