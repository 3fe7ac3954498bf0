// Everything the server can run, in the order it is made and started in: who lends something stands before whoever borrows it.
// A row loads the component's settings alone; what it is made of is loaded when it runs.
import { component as actionLogs } from "@neverland/action-logs/component.ts";
import { component as boots } from "@neverland/boots-netboot/component.ts";
import type { Component } from "@neverland/component-kit/component.ts";
import { component as controllers } from "@neverland/controllers/component.ts";
import { component as hegel } from "@neverland/hegel-metadata/component.ts";
import { component as machineViews } from "@neverland/machine-views/component.ts";
import { component as registry } from "@neverland/oci-registry/component.ts";
import { component as api } from "@neverland/resource-api/component.ts";
import { component as tinkServer } from "@neverland/tink-server/component.ts";

export const components: readonly Component[] = [
  boots,
  hegel,
  actionLogs,
  tinkServer,
  controllers,
  registry,
  machineViews,
  api,
];
