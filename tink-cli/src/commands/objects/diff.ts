// tink diff -f: what an apply of the files would change, as a unified diff; as kubectl diff has it, program and exit codes too.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Resource } from "@neverland/api";
import { asWritten } from "@neverland/api/manifest";
import { writeYaml } from "@neverland/yaml";
import type { Command } from "commander";
import { CliError, exitCodes } from "../../cli-error.ts";
import { type Connected, connect, defaultManager } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { explainError } from "../../explain-error.ts";
import type { ManifestObject } from "../../manifests/manifest-files.ts";
import { explainConflict } from "../../objects/explain-conflict.ts";
import { addFileOptions, type FileOptions, readFiles } from "../../objects/read-files.ts";
import { warnOfReferences } from "../../objects/warn-of-references.ts";

type DiffOptions = FileOptions & { forceConflicts?: boolean };

/** Of `diff`, and so of this command: 1 says that there are differences. */
const differs = 1;

export function configure(command: Command, context: CliContext): void {
  addFileOptions(command)
    .option("--force-conflicts", "take over fields that somebody else set")
    .addHelpText(
      "after",
      "\nExit codes: 0 no difference, 1 differences, more than 1 an error. KUBECTL_EXTERNAL_DIFF names another program than diff -u -N.",
    )
    .action(async ({ forceConflicts, ...files }: DiffOptions) => {
      const objects = await readFiles(command, files, context);
      const folder = await mkdtemp(join(tmpdir(), "tink-diff-"));
      try {
        const connected = await connect(command, context);
        await warnOfReferences(objects, connected, files.validate, context);
        await writeBoth(objects, folder, connected, forceConflicts ?? false);
        context.setExitCode(await compare(folder, context));
      } catch (error) {
        // Its exit code 1 would say that there are differences.
        const { code, text } = explainError(error);
        context.stderr(text);
        context.setExitCode(code === differs ? exitCodes.usage : code);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
}

/** A file for each object in `LIVE` and in `MERGED`, of the same name; none where there is no object. */
async function writeBoth(
  objects: readonly ManifestObject[],
  folder: string,
  { clients, namespace }: Connected,
  force: boolean,
): Promise<void> {
  const [live, merged] = [join(folder, "LIVE"), join(folder, "MERGED")];
  for (const path of [live, merged]) await mkdir(path, { mode: 0o700 });
  for (const { kind, resource } of objects) {
    const { name } = resource.metadata;
    if (name === undefined) continue;
    const key = { namespace: resource.metadata.namespace ?? namespace, name };
    const client = clients(kind);
    const before = await client.get(key);
    const { status: _, ...content } = resource;
    const wanted = { ...content, metadata: { ...resource.metadata, ...key } };
    const how = { dryRun: true, force, fieldValidation: "Ignore" } as const;
    const after = await client.apply(wanted, how).catch((error: unknown) => {
      throw explainConflict(error, { kind, name, manager: defaultManager, live: before });
    });
    const file = [...[kind.group, kind.version].filter(Boolean), kind.kind, key.namespace, name].join(".");
    if (before) await writeFile(join(live, file), written(before));
    await writeFile(join(merged, file), written(after));
  }
}

/** Without what the server keeps of an object: nobody's file has it. */
function written(object: Resource): string {
  return writeYaml(asWritten(object));
}

async function compare(folder: string, { env, stdout, stderr, signal }: CliContext): Promise<number> {
  const [program = "diff", ...flags] = (env.KUBECTL_EXTERNAL_DIFF || "diff -u -N").split(/\s+/).filter(Boolean);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(program, [...flags, "LIVE", "MERGED"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  child.stdout.setEncoding("utf8").on("data", stdout);
  child.stderr.setEncoding("utf8").on("data", stderr);
  child.once("error", (cause) =>
    reject(
      new CliError("unavailable", `${program} cannot be run: ${cause.message}; KUBECTL_EXTERNAL_DIFF names another`, {
        cause,
      }),
    ),
  );
  child.once("close", (code) => resolve(code ?? exitCodes.usage));
  return await promise;
}
