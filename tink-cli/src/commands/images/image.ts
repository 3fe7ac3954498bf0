// tink image: builds the Debian disk image that the examples install, says what a vendor's image is, and makes a raw one of it.
import { readDiskContent, virtualSize } from "@neverland/actions/image-files";
import { type Command, Option } from "commander";
import { buildImageInto } from "../../artifacts.ts";
import type { CliContext } from "../../context.ts";
import { startProgress } from "../../output/progress.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .command("build")
    .description("make debian.raw.zst: Debian with cloud-init and SSH, for BIOS and UEFI")
    .requiredOption("--out <dir>", "where to put it; tink up serves DATA_DIR/files to machines")
    .action(async ({ out }: { out: string }) => await buildImageInto(out, context));
  command
    .command("inspect <file-or-url>")
    .description("say what an image is, and what it takes to write it to a disk")
    .addOption(new Option("-o, --output <format>", "json for programs").choices(["json"]))
    .action(async (place: string, { output }: { output?: "json" }) => {
      const facts = await inspect(place, context);
      context.stdout(output === "json" ? `${JSON.stringify(facts)}\n` : formatFacts(place, facts));
    });
  command
    .command("convert <file-or-url> <out>")
    .description("make a raw image of it, compressed when OUT ends in .zst, .gz or .xz")
    .action(async (place: string, out: string) => await convert(place, out, context));
}

type Facts = Awaited<ReturnType<typeof inspect>>;

async function inspect(place: string, { signal }: CliContext) {
  const { openImage, partElsewhere, whatIs } = await import("../../image/image-source.ts");
  const source = await openImage(place, signal);
  try {
    const { is, mend, isPart } = whatIs(source);
    const isDisk = mend === undefined;
    return {
      is: isPart ? `${is}: ${partElsewhere.is}` : is,
      canBeConverted: mend?.includes("qemu-img") === true && !isPart,
      layers: source.layers,
      virtualBytes: isDisk ? undefined : virtualSize(source.head),
      content: isDisk ? readDiskContent(source.head) : undefined,
      mend,
    };
  } finally {
    await source.close();
  }
}

function formatFacts(place: string, { is, canBeConverted, layers, virtualBytes, content, mend }: Facts): string {
  const row = (name: string, value: string): string => `  ${name.padEnd(13)}${value}`;
  const within = layers.map((layer) => `, inside ${layer}`).join("");
  const lines = [place, row("it is", `${is}${within}`)];
  if (virtualBytes !== undefined) lines.push(row("virtual size", mebibytes(virtualBytes)));
  if (content !== undefined) {
    const { table, partitions, firmware, fileSystem } = content;
    lines.push(row("table", table === "none" ? (fileSystem ?? "none that is known") : table));
    for (const { number, type, sizeBytes } of partitions)
      lines.push(row(`  ${number}`, `${type}, ${mebibytes(sizeBytes)}`));
    lines.push(row("boots on", firmware.join(" and ") || "nothing: no firmware starts it from a whole disk"));
    const isWritten = layers.length <= 1;
    lines.push(
      row(
        "image2disk",
        isWritten
          ? `writes it${layers.length === 1 ? ", with COMPRESSED: true" : ""}`
          : "does not: it is compressed twice",
      ),
    );
  }
  if (mend !== undefined)
    lines.push(
      row("image2disk", "does not write it"),
      row("to do", canBeConverted ? `tink image convert ${place} OUT.raw.zst` : `${is}: ${mend}`),
    );
  return `${lines.join("\n")}\n`;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

async function convert(place: string, out: string, context: CliContext): Promise<void> {
  const { openImage } = await import("../../image/image-source.ts");
  const { convertImage } = await import("../../image/convert-image.ts");
  const progress = startProgress({ write: context.stderr, isTerminal: context.isTerminal, nowMs: context.nowMs });
  const source = await openImage(place, context.signal);
  try {
    await convertImage(source, out, context, progress);
  } finally {
    progress.done();
    await source.close();
  }
  context.stdout(`${out}\n`);
}
