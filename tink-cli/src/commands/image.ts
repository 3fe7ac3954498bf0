// tink image build: makes the Debian disk image that the examples install.
import type { Command } from "commander";
import { buildImageInto } from "../artifacts.ts";
import type { CliContext } from "../context.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .command("build")
    .description("make debian.raw.zst: Debian with cloud-init and SSH, for BIOS and UEFI")
    .requiredOption("--out <dir>", "where to put it; tink up serves DATA_DIR/files to machines")
    .action(async ({ out }: { out: string }) => await buildImageInto(out, context));
}
