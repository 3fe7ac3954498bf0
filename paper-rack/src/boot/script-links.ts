// What iPXE does by its script: the two files that it loads, and whom the started system is to ask for work.
import { BootError } from "./boot-error.ts";

export interface ScriptLinks {
  readonly kernel: string;
  readonly initramfs: string;
  /** `host:port`. */
  readonly grpcAuthority: string;
  /** By what name it asks. */
  readonly workerId: string;
}

/** @throws {BootError} `wrong` when one of them is not named. */
export function linksOf(script: string): ScriptLinks {
  const find = (what: string, pattern: RegExp): string => {
    const found = pattern.exec(script)?.[1];
    if (found === undefined) throw new BootError("wrong", `the script names no ${what}`);
    return found;
  };
  return {
    kernel: find("kernel", /^kernel (\S+)/m),
    initramfs: find("initramfs", /^initrd .*?(http\S+)/m),
    grpcAuthority: find("grpc_authority", /\bgrpc_authority=(\S+)/),
    workerId: find("worker_id", /\bworker_id=(\S+)/),
  };
}
