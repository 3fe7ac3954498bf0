// The table of what a MachineView may say: where a machine stands, and whether somebody should look at it.

/** A sentence each, without its full stop. */
export const viewStates = {
  unknown: "it asked this server for something, and no Hardware has its MAC",
  unusable: "its Hardware cannot be used as it is, so it is answered as a machine that is not known",
  idle: "no workflow is for it",
  waiting:
    "a workflow is for it, and the machine has not been seen since the workflow began to wait, or the workflow cannot start",
  booting: "it is on its way from its firmware to the in-memory system, for a workflow",
  "in-hook": "the in-memory system's worker runs and waits for work",
  provisioning: "a workflow's actions are being done on it",
  provisioned: "its last workflow succeeded",
  failed: "its last workflow failed or ran out of time",
  deleting: "its Hardware is being deleted",
} as const;
export type ViewState = keyof typeof viewStates;

export const viewHealths = {
  ok: "it goes on by itself, or has nothing to do",
  attention: "it does not go on before somebody has done what the message says",
  failed: "what it was to do was given up",
} as const;
export type ViewHealth = keyof typeof viewHealths;

/** Besides these, `reason` may be one of the events' reasons: that of what the machine was refused last. */
export const viewReasons = {
  Deleting: "its Hardware has a deletion time, and something still holds it",
  NotOfItsSchema: "its Hardware has a value that cannot be read",
  DuplicateClaim: "another Hardware claims the same MAC, address or worker",
  NoMac: "its Hardware names no MAC",
  UnknownMachine: "no Hardware has its MAC",
  NearMac: "its MAC differs a little from one that is waited for: one of the two may be mistyped",
  NoWorkflow: "no workflow names it",
  WorkflowDisabled: "its workflow says spec.disabled",
  TemplateFailed: "its workflow's template does not render",
  WorkflowNew: "no controller has looked at its workflow yet",
  Preparing: "its workflow waits for the machine to be powered and prepared",
  WorkerOfOtherMachine: "its workflow's tasks are for another machine's worker",
  WorkflowsForbidden: "its Hardware forbids workflows (allowWorkflow: false)",
  NotSeen: "nothing was heard of it since its workflow began to wait",
  NotHeard: "nothing was heard of it, and this server cannot answer machines that have no address yet",
  Address: "it got an address by DHCP last",
  Loader: "it fetched iPXE last",
  Script: "it got its boot script last",
  Kernel: "it fetched the in-memory system last",
  Worker: "its worker asked for work last",
  System: "its installed system was heard last",
  ActionRunning: "an action runs",
  Stopping: "its workflow was cancelled or deleted, and the action that runs is being stopped",
  BetweenActions: "its worker is to ask for the next action",
  Finishing: "its workflow has done its actions and is being wrapped up",
  WorkflowSucceeded: "its last workflow succeeded",
  SystemUp: "its last workflow succeeded, and the installed system was heard since",
  WorkflowFailed: "its last workflow failed",
  WorkflowTimedOut: "its last workflow ran out of time",
} as const;
export type ViewReason = keyof typeof viewReasons;
