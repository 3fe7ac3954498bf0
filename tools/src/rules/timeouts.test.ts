// docs/timeouts.md says what the code does: each figure beside the line of the code that has it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const page = read("docs/timeouts.md");

/** A row of the page by its first words and what it says; a file, and what stands in it. */
const figures = [
  ["it may run", "7 days", "server/controllers/src/component.ts", "max(876_000, { error: hours }).default(168)"],
  ["the machine is powered", "30 minutes", "server/workflow-rules/src/limits.ts", "preparingTimeoutSeconds: 1800,"],
  ["an action, from", "1 hour", "server/workflow-rules/src/limits.ts", "defaultActionTimeoutSeconds: 3600,"],
  ["all actions", "1 day", "server/workflow-rules/src/limits.ts", "defaultGlobalTimeoutSeconds: 24 * 3600,"],
  ["the worker's report", "60 s", "server/workflow-rules/src/limits.ts", "graceSeconds: 60,"],
  ["a running action", "5 s", "tink-worker/src/action-runner.ts", "termGraceMs = 5000;"],
  ["its worker's word", "5 minutes", "server/workflow-rules/src/limits.ts", "stopTimeoutSeconds: 300,"],
  [
    "a workflow that is over",
    "90 days",
    "server/controllers/src/component.ts",
    "max(36_500, { error: days }).default(90)",
  ],
  ["lease of", "7 days", "server/boots-netboot/src/dhcp/dhcp-reply-options.ts", "defaultLeaseSeconds = 604_800;"],
  ["renewing", "seven eighths", "server/boots-netboot/src/dhcp/dhcp-reply-options.ts", "lease * 0.875"],
  ["lease of", "a day", "tink-cli/src/machines/machine-manifests.ts", "lease_time: 86_400,"],
  ["firmware that reads", "5 repeats, at least 6 s", "protocols/src/tftp/transfer.ts", "mostRetries = 5;"],
  ["firmware that waits", "30 s", "server/boots-netboot/src/tftp/transfer-slots.ts", "longestWaitMs = 30_000;"],
  ["the same DHCP", "10 s", "server/boots-netboot/src/dhcp/dhcp-events.ts", "repeatQuietMs = 10_000;"],
  ["a machine that no", "a day", "server/boots-netboot/src/dhcp/dhcp-events.ts", "silenceQuietMs = 24 * 3_600_000;"],
  ["the in-memory OS", "30 s", "hook/rootfs/usr/lib/hook/network.sh", '[ "$delay" -le 30 ] || delay=30'],
  ["an image's server", "60 s", "actions/src/image2disk/download/http-get.ts", "silenceMs = 60_000;"],
  ["whoever reads", "5 minutes", "server/tink-up/src/planes.ts", "stallTimeoutMs = 300_000;"],
  ["a request that", "60 s", "server/tink-up/src/planes.ts", "requestTimeoutMs = 60_000;"],
  ["events", "90 days", "server/timeline/src/timeline-limits.ts", "maxAgeMs: 90 * 86_400_000,"],
  ["events", "1000 a machine", "server/timeline/src/timeline-limits.ts", "perMachine: 1000,"],
  ["events", "250,000", "server/timeline/src/timeline-limits.ts", "mostEvents: 250_000,"],
  ["events", "256 MiB", "server/timeline/src/timeline-limits.ts", "mostBytes: 256 * 1024 * 1024,"],
  ["the output", "4 MiB", "server/action-logs/src/action-log-store.ts", "mostBytesPerAction: 4 * 1024 * 1024,"],
  ["the output", "32 MiB", "server/action-logs/src/action-log-store.ts", "mostBytesPerWorkflow: 32 * 1024 * 1024,"],
  ["machines without", "a day", "server/machine-views/src/strangers.ts", "strangerAgeMs = 86_400_000;"],
  ["machines without", "4096", "server/timeline/src/machine-facts.ts", "mostStrangers = 4096;"],
  ["when a machine", "5 minutes", "server/machine-views/src/shown-views.ts", "staleMs = 300_000;"],
  ["attempts", "10", "server/controllers/src/workflow/steps/retry-workflow.ts", "mostAttempts = 10;"],
  ["a watch", "30 to 60", "server/resource-api/src/answers/watch-stream.ts", "1800 + Math.floor(Math.random() * 1800)"],
] as const;

for (const [row, says, path, code] of figures)
  test(`"${row}" on the page of waits says ${says}, as ${path} has it`, () => {
    const line = page.split("\n").find((each) => each.startsWith(`| ${row}`)) ?? "";
    assert.ok(line.includes(says), `docs/timeouts.md: ${line}`);
    assert.ok(read(path).includes(code), `${path} has no "${code}": what does docs/timeouts.md have to say now?`);
  });
