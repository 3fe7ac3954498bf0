// Stands in for PowerControl where nothing can reach a management controller: boot modes fail at once, with a sentence.
import type { Workflow } from "@neverland/api";
import type { PowerControl, PowerOutcome } from "../ports.ts";

export const noPowerControl: PowerControl = {
  prepare: async (workflow) => unsupported(workflow),
  // Nothing was inserted, so there is nothing to eject.
  finish: async () => ({ state: "complete" }),
};

function unsupported({ spec }: Workflow): PowerOutcome {
  const bootMode = spec?.bootOptions?.bootMode ?? "";
  return {
    state: "failed",
    reason: "NoBMCSupport",
    message: `no BMC support configured, so bootMode "${bootMode}" cannot be carried out; leave bootMode out, set toggleAllowNetboot, and switch the machine on yourself`,
  };
}
