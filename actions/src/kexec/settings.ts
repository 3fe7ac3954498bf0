// kexec's settings: the variables of its upstream namesake.
import { type Environment, EnvironmentReader } from "../program/environment.ts";

export type Settings = {
  readonly device: string;
  readonly fsType: string;
  /** In the mounted system; undefined takes kernel, initrd and arguments from GRUB's configuration. */
  readonly kernelPath: string | undefined;
  readonly initrdPath: string | undefined;
  readonly commandLine: string | undefined;
  readonly grubConfigPath: string;
  /** The worker restarts into the kernel itself, after it reported this action. */
  readonly isWorkerOurs: boolean;
};

/** @throws {ActionError} `environment` names every variable that is wrong. */
export function readSettings(environment: Environment): Settings {
  const reader = new EnvironmentReader(environment);
  const settings = {
    device: reader.required("BLOCK_DEVICE", "the partition that holds /boot, such as /dev/sda1"),
    fsType: reader.required("FS_TYPE", "the type of its file system, such as ext4"),
    kernelPath: reader.optional("KERNEL_PATH"),
    initrdPath: reader.optional("INITRD_PATH"),
    commandLine: reader.optional("CMD_LINE"),
    grubConfigPath: reader.optional("GRUBCFG_PATH") ?? "boot/grub/grub.cfg",
    isWorkerOurs: reader.optional("TINK_WORKER") !== undefined,
  };
  reader.check();
  return settings;
}
