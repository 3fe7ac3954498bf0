// tink hook build: makes the in-memory OS that machines boot into, and the action images.
import type { Command } from "commander";
import { buildHookInto } from "../../artifacts.ts";
import type { CliContext } from "../../context.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .command("build")
    .description("make vmlinuz-x86_64, initramfs-x86_64 and actions/ (an OCI layout) from Debian packages")
    .requiredOption("--out <dir>", "where to put them; tink up reads DATA_DIR/hook")
    .action(async ({ out }: { out: string }) => await buildHookInto(out, context));
}
