// What people who come from Tinkerbell bring: manifests of every kind, and templates with the machines that they are rendered on.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { apiVersionOf, kinds } from "@neverland/api";
import { readYamlDocuments } from "@neverland/yaml";

type JsonObject = { readonly [name: string]: unknown };
/** An object as its file has it, whether we know its kind or not. */
export type Written = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: JsonObject;
};
export type CorpusFile = { readonly path: string; readonly objects: readonly Written[] };
export type Rendering = {
  /** `TEMPLATE on MACHINE`. */
  readonly key: string;
  readonly name: string;
  readonly data: string;
  readonly hardware: Written;
  readonly hardwareMap: Readonly<Record<string, string>>;
};

const corpus = join(import.meta.dirname, "corpus");

/** Templates and the machines of theirs are manifests as well. */
export async function readCorpus(): Promise<readonly CorpusFile[]> {
  const folders = [".", "manifests", "templates"];
  const listed = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(corpus, folder));
      return names.filter((name) => name.endsWith(".yaml")).map((name) => join(corpus, folder, name));
    }),
  );
  return await Promise.all(
    listed
      .flat()
      .toSorted()
      .map(async (path) => ({ path, objects: objectsIn(await readFile(path, "utf8"), path) })),
  );
}

/** Every template on every machine, in one order. */
export function renderings(files: readonly CorpusFile[]): readonly Rendering[] {
  const machines = files.filter(({ path }) => path.endsWith("/machines.yaml")).flatMap(({ objects }) => objects);
  const templates = files.filter(({ path }) => path.includes("/templates/")).flatMap(({ objects }) => objects);
  return templates.flatMap(({ metadata: { name }, spec }) =>
    machines.map((hardware) => ({
      key: `${name} on ${hardware.metadata.name}`,
      name,
      data: String(spec?.data),
      hardware,
      hardwareMap: { device_1: macOf(hardware), mirror: "http://mirror.example.org", image: "debian-13" },
    })),
  );
}

function macOf({ spec }: Written): string {
  const { interfaces } = spec as { readonly interfaces: readonly { readonly dhcp: { readonly mac: string } }[] };
  return interfaces[0]?.dhcp.mac ?? "";
}

/** Of a List its items. @throws {Error} Where a file is no YAML: it is ours. */
function objectsIn(text: string, path: string): readonly Written[] {
  return readYamlDocuments(text).flatMap((read) => {
    if (!read.ok) throw new Error(`${path}: ${read.faults[0].message}`);
    const value = read.document.value as Written & { readonly items?: readonly Written[] };
    return value.items ?? [value];
  });
}

/** `3 Hardware`, as a line of the table says it. */
export function kindOf({ apiVersion, kind }: Written): string {
  return apiVersion === apiVersionOf(kinds.BmcJob) ? `${kind} (bmc)` : kind;
}
