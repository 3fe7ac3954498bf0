// The reference page of events: made from the tables, so that it is always true.
import { eventReasons } from "./event-reasons.ts";
import { eventSources } from "./event-sources.ts";
import { type EventTypeInfo, eventTypes } from "./event-types.ts";

/** Markdown. */
export function eventReference(): string {
  const types = Object.entries<EventTypeInfo>(eventTypes).map(([type, info]) => [
    ...[`\`${type}\``, info.sort, info.plane, info.showsStart ? "yes" : ""],
    ...[info.meaning, info.todo ?? ""],
  ]);
  const reasons = Object.entries(eventReasons).map(([reason, { meaning, mend }]) => [`\`${reason}\``, meaning, mend]);
  const sources = Object.entries(eventSources).map(([source, job]) => [`\`${source}\``, job]);
  const blocks = [
    "# Events",
    introduction,
    "## Types",
    explanationOfSorts,
    table(["Type", "Sort", "Plane", "Shows a start", "Meaning", "What to do"], types),
    "## Reasons",
    table(["Reason", "Meaning", "What to do"], reasons),
    "## Sources",
    table(["Source", "Speaks of"], sources),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const introduction = `Everything that happens to a machine, and everything that it asked for and did not get, is an event on its timeline:
\`tink explain MACHINE\` says what follows from them; \`tink describe hardware/NAME\` and \`kubectl get machineevents\` show them.
This page is made from the tables in \`api/src/timeline/\` by \`npm run generate\`.`;

const explanationOfSorts = `A *step* brings the machine further; a *refusal* is something that it asked for and did not get, with a reason; a *failure*
is something that went wrong.`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
