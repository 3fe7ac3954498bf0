// Deletes the reports of a workflow that is over: its status says all that they said, and late ones change nothing any more.
import type { ActionReport, Workflow } from "@neverland/api";
import { StoreError } from "@neverland/store/resource-store.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import { listReports } from "@neverland/workflow-rules/reports/read-reports.ts";

/** One that comes in meanwhile brings the workflow back here. */
export async function forgetReports(
  { metadata }: Workflow,
  reports: Pick<TypedStore<ActionReport>, "list" | "delete">,
): Promise<void> {
  const all = await listReports(metadata, reports);
  await Promise.all(
    all.map(async (report) => {
      try {
        await reports.delete(report.metadata, { uid: report.metadata.uid });
      } catch (error) {
        if (!(error instanceof StoreError && error.code === "not-found")) throw error;
      }
    }),
  );
}
