// tink template render: what a Template makes of a Hardware, before any machine sees it.
import type { Hardware, Template } from "@neverland/api";
import { kinds } from "@neverland/api";
import { formatProblem, renderTemplate } from "@neverland/templates";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { missing } from "../../machines/missing-object.ts";
import { type ManifestObject, readManifests } from "../../manifests/manifest-files.ts";

type RenderOptions = { template: string; hardware?: string; set?: Record<string, string> };

const addEntry = (text: string, entries: Record<string, string> = {}): Record<string, string> => {
  const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === "")
    throw new CliError("usage", `--set ${text}: expected KEY=VALUE, as in --set device_1=52:54:00:00:00:01`);
  return { ...entries, [key]: value };
};

export function configure(command: Command, context: CliContext): void {
  command
    .command("render")
    .description("show what a template renders to; each problem with line and column (exit 2)")
    .requiredOption("-f, --template <file>", "manifest with the Template; - reads standard input")
    .option("--hardware <file-or-name>", "manifest with the Hardware, or its name on the server")
    .option("--set <key=value>", "an entry of the workflow's hardwareMap; may be repeated", addEntry)
    .action(async ({ template: file, hardware, set }: RenderOptions) => {
      const [found] = ofKind<Template>(await readManifests([file], context), "Template");
      if (found === undefined) throw new CliError("usage", `${file} holds no Template`);
      const machine = hardware === undefined ? undefined : await readHardware(hardware, command, context);
      const result = renderTemplate({
        name: found.metadata.name,
        data: found.spec?.data ?? "",
        hardwareMap: set ?? {},
        ...(machine === undefined ? {} : { hardware: { ...machine } }),
      });
      for (const warning of result.warnings) context.stderr(`warning: ${formatProblem(warning)}\n`);
      if (!result.ok)
        throw new CliError(
          "usage",
          `${found.metadata.name} does not render:\n${result.problems.map(formatProblem).join("\n")}`,
        );
      context.stdout(result.rendered);
    });
}

/** A file when it looks like one, else a name. */
async function readHardware(text: string, command: Command, context: CliContext): Promise<Hardware> {
  if (/[./]/.test(text)) {
    const [found] = ofKind<Hardware>(await readManifests([text], context), "Hardware");
    if (found === undefined) throw new CliError("usage", `${text} holds no Hardware`);
    return found;
  }
  const connected = await connect(command, context);
  const key = { namespace: connected.namespace, name: text };
  const found = await connected.clients(kinds.Hardware).get(key);
  if (found === undefined) throw await missing({ kind: kinds.Hardware, key }, connected);
  return found;
}

/** The manifests were checked by the kind's schema, so they are of its type. */
function ofKind<R>(objects: readonly ManifestObject[], kind: string): R[] {
  return objects.filter(({ resource }) => resource.kind === kind).map(({ resource }) => resource as R);
}
