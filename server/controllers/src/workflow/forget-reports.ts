// Deletes the reports of a workflow that is over: its status says all that they said, and late ones change nothing any more.
import type { ActionReport, Workflow } from "@neverland/api";
import { StoreError } from "@neverland/store/resource-store.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";

/** One that comes in meanwhile brings the workflow back here. */
export async function forgetReports(
  { metadata }: Workflow,
  reports: Pick<TypedStore<ActionReport>, "list" | "delete">,
): Promise<void> {
  const fields = [{ key: "spec.workflowUID", operator: "in", values: [metadata.uid] }] as const;
  const { items } = await reports.list({ namespace: metadata.namespace, fields });
  await Promise.all(
    items.map(async (report) => {
      try {
        await reports.delete(report.metadata, { uid: report.metadata.uid });
      } catch (error) {
        if (!(error instanceof StoreError && error.code === "not-found")) throw error;
      }
    }),
  );
}
