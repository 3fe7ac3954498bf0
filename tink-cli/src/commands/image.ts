// tink image build: makes the Debian disk image that the examples install.
import type { Command } from "commander";
import { buildImageInto } from "../artifacts.ts";
import type { CliContext } from "../context.ts";

export function addImageCommand(program: Command, context: CliContext): void {
  const image = program.command("image").description("disk images for machines");
  image
    .command("build")
    .description("make debian.raw.zst: Debian with cloud-init and SSH, for BIOS and UEFI")
    .requiredOption("--out <dir>", "where to put it; tink up serves DATA_DIR/files to machines")
    .action(async ({ out }: { out: string }) => await buildImageInto(out, context));
}
