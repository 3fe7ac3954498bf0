// tink api-resources: the kinds that the server has, as it lists them itself.
import { DiscoveryClient } from "@neverland/api/discovery-client";
import type { Command } from "commander";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { formatTable } from "../../output/table.ts";

type Options = { apiGroup?: string; namespaced?: string; headers: boolean; output?: string };

export function configure(command: Command, context: CliContext): void {
  command
    .option("--api-group <group>", "of this group alone")
    .option("--namespaced <truth>", "true: those in namespaces alone; false: the others")
    .option("--no-headers", "no line of headings")
    .option("-o, --output <format>", "name: names alone; wide: with verbs and categories")
    .action(async ({ apiGroup, namespaced, headers, output }: Options) => {
      const { transport } = await connect(command, context);
      const found = (await new DiscoveryClient(transport).resources())
        .filter(({ group }) => apiGroup === undefined || group === apiGroup)
        .filter((each) => namespaced === undefined || String(each.namespaced) === namespaced)
        .toSorted((a, b) => compare(a.group, b.group) || compare(a.name, b.name));
      if (output === "name")
        return context.stdout(found.map(({ name, group }) => `${name}${group === "" ? "" : `.${group}`}\n`).join(""));
      const wide = output === "wide";
      const headings = [
        "Name",
        "ShortNames",
        "ApiVersion",
        "Namespaced",
        "Kind",
        ...(wide ? ["Verbs", "Categories"] : []),
      ];
      const rows = found.map((each) => [
        ...[each.name, each.shortNames.join(","), each.apiVersion, String(each.namespaced), each.kind],
        ...(wide ? [each.verbs.join(","), each.categories.join(",")] : []),
      ]);
      context.stdout(formatTable(headings, rows, { headed: headers }));
    });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
