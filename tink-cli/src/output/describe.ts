// One object in full, for people: its name and labels, what it holds as indented fields, then what happened to it. Values of
// sensitive fields are not shown: people describe what they then paste.
import { type MachineEvent, type Resource, redactObject, shownState } from "@neverland/api";
import { writeYaml } from "@neverland/yaml";
import { formatAge, formatTable } from "./table.ts";

/** Metadata that is of use to programs only. */
const hiddenMetadata = new Set([
  "managedFields",
  "uid",
  "resourceVersion",
  "generation",
  "name",
  "namespace",
  "labels",
  "annotations",
]);

/** @param events Newest last; `nowMs` is what ages are counted from. */
export function describeObject(object: Resource, events: readonly MachineEvent[], nowMs: number): string {
  const { apiVersion, kind, metadata, spec, status, ...members } = redactObject(object);
  const state = shownState(object);
  const rest = Object.fromEntries(Object.entries(metadata).filter(([key]) => !hiddenMetadata.has(key)));
  const content = Object.entries(members).map(([name, value]) =>
    section(name.charAt(0).toUpperCase() + name.slice(1), value),
  );
  return [
    `Name:         ${metadata.name}`,
    `Namespace:    ${metadata.namespace}`,
    `Kind:         ${kind} (${apiVersion})`,
    ...(state === undefined ? [] : [`${`${state.name}:`.padEnd(14)}${state.value}`]),
    `Labels:       ${formatPairs(metadata.labels)}`,
    `Annotations:  ${formatPairs(metadata.annotations)}`,
    section("Metadata", rest),
    ...(content.length > 0 ? content : [section("Spec", spec), section("Status", status)]),
    `Events:${describeEvents(events, nowMs)}`,
  ].join("\n");
}

function formatPairs(pairs: Record<string, string> | null | undefined): string {
  const lines = Object.entries(pairs ?? {}).map(([key, value]) => `${key}=${value}`);
  return lines.length === 0 ? "<none>" : lines.join(`\n${" ".repeat(14)}`);
}

function section(title: string, value: unknown): string {
  if (value === undefined || value === null) return `${title}:       <none>`;
  if (typeof value !== "object") return `${title}:`.padEnd(14) + writeYaml(value).trimEnd();
  if (Object.keys(value).length === 0) return `${title}:       <none>`;
  const body = writeYaml(value).trimEnd().replaceAll(/^/gm, "  ");
  return `${title}:\n${body}`;
}

function describeEvents(events: readonly MachineEvent[], nowMs: number): string {
  if (events.length === 0) return "       <none>\n";
  const rows = events.map(({ spec }) => [
    formatAge(nowMs - Date.parse(spec?.time ?? "")),
    spec?.type ?? "",
    spec?.reason ?? "",
    spec?.source ?? "",
    `${spec?.message ?? ""}${(spec?.count ?? 1) > 1 ? ` (${spec?.count} times)` : ""}`,
  ]);
  const table = formatTable(["Age", "Type", "Reason", "From", "Message"], rows);
  return `\n${table.replaceAll(/^(?=.)/gm, "  ")}`;
}
