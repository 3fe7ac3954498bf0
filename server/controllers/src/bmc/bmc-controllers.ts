// The controllers of Machine, Job and Task of bmc.tinkerbell.org.
import { kinds } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { statusController } from "../goal/status-controller.ts";
import { jobWithoutDriver, machineWithoutDriver } from "./no-driver.ts";

export function bmcControllers({ clock }: { readonly clock: Pick<Clock, "nowMs"> }): Controller[] {
  return [
    statusController({ name: "bmc-machine-controller", kind: kinds.BmcMachine, clock, statusOf: machineWithoutDriver }),
    statusController({ name: "bmc-job-controller", kind: kinds.BmcJob, clock, statusOf: jobWithoutDriver }),
    statusController({ name: "bmc-task-controller", kind: kinds.BmcTask, clock, statusOf: jobWithoutDriver }),
  ];
}
