// What is said of management controllers while nothing here can speak to one: at once, and as upstream's conditions say it.
import type { BmcJob, BmcMachine, BmcTask } from "@neverland/api";
import { type Goal, withGoal } from "../goal/goal.ts";

const lack = "this server cannot speak to management controllers yet";

const failure = {
  reason: "NoDriver",
  message: `${lack}, so nothing was done: switch the machine by hand, and set the condition Completed where somebody waits for it; who wants it tried again deletes it and makes it anew`,
};

/** @param time Now, in RFC 3339. */
export function machineWithoutDriver(machine: BmcMachine, time: string): BmcMachine["status"] {
  const { host } = machine.spec?.connection ?? { host: "" };
  const message = `${lack}, so nobody has asked ${host}: the machine's power is switched by hand`;
  const goal: Goal = { is: "stalled", reason: "NoDriver", message };
  const status = withGoal(machine.status ?? {}, goal, machine.metadata.generation, time);
  const contactable = status.conditions?.find(({ type }) => type === "Contactable");
  if (contactable?.status === "Unknown" && contactable.message === message && status.powerState === "unknown")
    return status;
  const unknown = { type: "Contactable", status: "Unknown", reason: "NoDriver", message, lastUpdateTime: time };
  const others = (status.conditions ?? []).filter(({ type }) => type !== "Contactable");
  return { ...status, powerState: "unknown", conditions: [unknown, ...others] };
}

/** A Job or a Task, as failed. One that has ended before, by whomever, stays as it is. */
export function jobWithoutDriver({ metadata, status = {} }: BmcJob | BmcTask, time: string): BmcJob["status"] {
  const holds = (type: string) => status.conditions?.find((each) => each.type === type && each.status === "True");
  const completed = holds("Completed");
  if (completed !== undefined) {
    const goal: Goal = { is: "reached", reason: "Completed", message: completed.message ?? "completed" };
    return withGoal(status, goal, metadata.generation, time);
  }
  const failed = holds("Failed") ?? { ...failure, type: "Failed", status: "True", lastTransitionTime: time };
  const { reason = failure.reason, message = failure.message } = failed;
  const ended = {
    ...status,
    startTime: status.startTime ?? time,
    completionTime: status.completionTime ?? time,
    conditions: [failed, ...(status.conditions ?? []).filter(({ type }) => type !== "Failed" && type !== "Running")],
  };
  return withGoal(ended, { is: "stalled", reason, message }, metadata.generation, time);
}
