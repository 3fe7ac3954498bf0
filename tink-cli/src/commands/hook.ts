// tink hook build: makes the in-memory OS that machines boot into, and the action images.
import type { Command } from "commander";
import { buildHookInto } from "../artifacts.ts";
import type { CliContext } from "../context.ts";

export function addHookCommand(program: Command, context: CliContext): void {
  const hook = program.command("hook").description("the in-memory OS that machines boot into");
  hook
    .command("build")
    .description("make vmlinuz-x86_64, initramfs-x86_64 and actions/ (an OCI layout) from Debian packages")
    .requiredOption("--out <dir>", "where to put them; tink up reads DATA_DIR/hook")
    .action(async ({ out }: { out: string }) => await buildHookInto(out, context));
}
