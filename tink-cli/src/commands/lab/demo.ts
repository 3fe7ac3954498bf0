// tink demo: a machine with an empty disk, from power-on to a login, on this computer.
import { type Command, Option } from "commander";
import type { CliContext } from "../../context.ts";
import type { DemoResult } from "../../demo/demo-run.ts";
import type { DemoOptions, KeptDemo } from "../../demo/run-demo.ts";
import { formatStageBill } from "../../output/stage-bill.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .addOption(new Option("--firmware <kind>", "the machine's firmware").choices(["bios", "uefi"]).default("bios"))
    .addOption(
      new Option("--accel <how>", "auto takes KVM when it can boot firmware, else emulation (tcg)")
        .choices(["auto", "kvm", "tcg"])
        .default("auto"),
    )
    .option("--memory <MiB>", "the machine's memory", Number, 1024)
    .option("--keep", "leave it running to play with, until Ctrl-C")
    .addOption(new Option("-o, --output <format>", "json for programs").choices(["json"]))
    .action(async ({ output, keep, ...options }: Omit<DemoOptions, "keep"> & { output?: "json"; keep?: boolean }) => {
      const { runDemo } = await import("../../demo/run-demo.ts");
      await runDemo({ ...options, keep: keep ?? false }, context, (result, kept) => {
        context.stdout(output === "json" ? `${JSON.stringify({ ...result, ...kept })}\n` : formatResult(result, kept));
      });
    });
}

function formatResult(
  { firmware, accelerator, wallSeconds, stages, login }: DemoResult,
  kept: KeptDemo | undefined,
): string {
  const lines = [
    "",
    `The machine is installed: ${login.user}@${login.hostname} logged in by SSH (Linux ${login.kernel}).`,
    `Its root file system has ${gib(login.rootBytes)} of the disk's ${gib(login.diskBytes)}.`,
    `Power-on to login took ${wallSeconds.toFixed(1)} s (${firmware.toUpperCase()}, ${accelerator === "kvm" ? "KVM" : "emulated processor"}):`,
    "",
    formatStageBill(stages),
  ];
  return `${[...lines, ...(kept === undefined ? [] : formatDoors(login, kept))].join("\n")}`;
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function formatDoors({ user, keyFile }: DemoResult["login"], { sshPort, kubeconfig, flags }: KeptDemo): string[] {
  const tink = ["./tink", ...flags].join(" ");
  return [
    "It goes on running. From another terminal:",
    "",
    `  ssh -p ${sshPort} -i ${keyFile} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ${user}@127.0.0.1`,
    `  ${tink} get workflows`,
    `  ${tink} describe hardware/demo`,
    `  KUBECONFIG=${kubeconfig} kubectl get hardware,workflows`,
    "",
    "Ctrl-C ends it all.",
    "",
  ];
}
