// How long a workflow may stay in each state. Nothing waits for ever, so every figure has a default.

export type WorkflowLimits = {
  /** For a template without `global_timeout`, or with 0: from the first action's start to the last one's end. */
  readonly defaultGlobalTimeoutSeconds: number;
  /** For an action without `timeout`, or with 0; what Tinkerbell's first worker took for 0. */
  readonly defaultActionTimeoutSeconds: number;
  /** What a worker gets beyond an action's timeout to stop the container and to get its report through. */
  readonly graceSeconds: number;
  /** How long a workflow that may run waits for its worker to take the next action; `Infinity` for no end. */
  readonly pendingTimeoutSeconds: number;
  /** How long powering and preparing the machine may take. */
  readonly preparingTimeoutSeconds: number;
  /** How long a worker gets to say that an action that is to stop has ended. */
  readonly stopTimeoutSeconds: number;
};

export const defaultLimits: WorkflowLimits = {
  defaultGlobalTimeoutSeconds: 24 * 3600,
  defaultActionTimeoutSeconds: 3600,
  graceSeconds: 60,
  pendingTimeoutSeconds: 3600,
  preparingTimeoutSeconds: 1800,
  stopTimeoutSeconds: 300,
};

/** The limit of one action in seconds: its own, or the default when it has none. */
export function actionTimeoutSeconds(timeout: number | undefined, limits: WorkflowLimits): number {
  return timeout !== undefined && timeout > 0 ? timeout : limits.defaultActionTimeoutSeconds;
}

/** The limit of the whole workflow in seconds. */
export function globalTimeoutSeconds(timeout: number | undefined, limits: WorkflowLimits): number {
  return timeout !== undefined && timeout > 0 ? timeout : limits.defaultGlobalTimeoutSeconds;
}
