// The reference page of machine views: made from the tables, so that it is always true.
import { viewHealths, viewReasons, viewStates } from "./view-states.ts";

/** Markdown. */
export function viewReference(): string {
  const blocks = [
    "# Where machines stand",
    introduction,
    "## States",
    table("State", viewStates),
    "## Health",
    table("Health", viewHealths),
    "## Reasons",
    moreReasons,
    table("Reason", viewReasons),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const introduction = `\`tink get machineviews\` (\`mv\` for short) and \`kubectl get mv\` list every machine: those with a Hardware, and those that asked this server
for something and have none, which go by their MAC (\`52-54-00-00-00-01\`). Nobody writes a view: the server makes it of the Hardware, its Workflows and what was
last heard of the machine. \`kubectl get mv -A --field-selector state=failed\` selects by \`state\`, \`health\`, \`workflow\`, \`reason\`, and all columns.

\`lastSeen\` is up to five minutes behind, unless something else of the view changed: a watch of all machines is not told of every packet.
Of machines without a Hardware the 4096 that were heard last are listed, for a day after they were heard. Their order of going is the order in which they fell silent.
Versions of views are of one run of the server: a watch that resumes after a restart is told to list again (410), as clients do by themselves.

This page is made from the tables in \`api/src/view/\` by \`npm run generate\`.`;

const moreReasons =
  "What a machine was refused last, and did not get since, is its reason too: see the reasons of [events](events.md).";

function table(head: string, rows: Readonly<Record<string, string>>): string {
  const lines = Object.entries(rows).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return [`| ${head} | Meaning |`, "| --- | --- |", ...lines].join("\n");
}
