// Follows a workflow to its end: what each change makes of it, and how that is as an exit code.
import { formatPath, isFinalState, kinds, type ResourceKey, type Workflow, whatToMend } from "@neverland/api";
import { exitCodes } from "../cli-error.ts";
import type { CliContext } from "../context.ts";
import { describeProgress } from "../output/workflow-progress.ts";
import { type Looking, missing } from "./missing-object.ts";
import { ObjectLife } from "./object-life.ts";

/** A template that comes after its workflow, in one file, is rendered within moments: only one that stays so is broken. */
const brokenForMs = 3000;

/** Resolves to the exit code: 0 for SUCCESS; 1 for FAILED, TIMEOUT, one that was deleted, or that cannot start as it is. */
export async function watchWorkflow(
  looking: Looking,
  key: ResourceKey,
  signal: AbortSignal,
  context: CliContext,
): Promise<number> {
  // A watch waits for a server that is away; one that was never there, or refuses us, is to be told at once.
  const { clients } = looking;
  const workflow = await clients(kinds.Workflow).get(key, { signal });
  if (workflow === undefined) throw await missing({ kind: kinds.Workflow, key }, looking);
  const isBroken = new AbortController();
  const query = { namespace: key.namespace, fieldSelector: `metadata.name=${key.name}` };
  const events = clients(kinds.Workflow).watch({ ...query, signal: AbortSignal.any([signal, isBroken.signal]) });
  const life = new ObjectLife<Workflow>(`workflow ${key.name}`, workflow);
  let [said, broken, timer] = ["", "", undefined as NodeJS.Timeout | undefined];
  try {
    for await (const event of events) {
      const now = life.after(event);
      if (now === undefined) continue;
      if (now.is === "gone") {
        context.stderr(`${now.said}\n`);
        return exitCodes.failed;
      }
      if (now.is === "leaving" && now.said !== undefined) context.stderr(`${now.said}\n`);
      const { object } = now;
      const unreadable = whyUnreadable(object);
      const text = unreadable === undefined ? describeProgress(object) : "";
      if (text !== said) context.stdout(text);
      said = text;
      const state = unreadable === undefined ? object.status?.state : undefined;
      if (isFinalState(state)) return state === "SUCCESS" ? 0 : exitCodes.failed;
      clearTimeout(timer);
      broken = unreadable ?? whyNotStarted(object) ?? "";
      if (broken !== "") timer = setTimeout(() => isBroken.abort(), brokenForMs);
    }
  } finally {
    clearTimeout(timer);
  }
  if (signal.aborted) return exitCodes.interrupted;
  context.stderr(`workflow ${key.name} ${broken}\n`);
  return exitCodes.failed;
}

/** Of what is stored and no schema accepts nothing can be shown. */
function whyUnreadable({ spec, status }: Workflow): string | undefined {
  for (const [root, schema, value] of [
    ["spec", kinds.Workflow.spec, spec ?? {}],
    ["status", kinds.Workflow.status, status ?? {}],
  ] as const) {
    const [issue] = schema.safeParse(value).error?.issues ?? [];
    if (issue !== undefined)
      return `cannot be used as it is: ${formatPath([root, ...issue.path])}: ${issue.message}; put that right and apply it again`;
  }
  return undefined;
}

function whyNotStarted(workflow: Workflow): string | undefined {
  const { status } = workflow;
  if (status?.state || status?.templateRendering !== "failed") return undefined;
  const why = status.conditions?.find(({ type }) => type === "TemplateRenderedSuccess")?.message ?? "";
  return `cannot start: its template does not render: ${why}; ${whatToMend(workflow)}, and watch again`;
}
