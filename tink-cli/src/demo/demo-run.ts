// What the two halves of the demo tell each other: the half on the host starts the half inside the lab's namespace.
import type { Accelerator } from "@neverland/lab";
import type { Firmware } from "./demo-machine.ts";

/** From the host to the inside, as one JSON argument. */
export type DemoOrder = {
  /** Logs, captures, disk, database, key: all of this demo. */
  readonly dir: string;
  readonly firmware: Firmware;
  readonly accelerator: Accelerator;
  readonly memoryMiB: number;
  readonly hookDir: string;
  readonly filesDir: string;
  /** Go on when the machine is installed, until told to end. */
  readonly keep: boolean;
  readonly isTerminal: boolean;
};

/** From the inside to the host, as one line of JSON on standard output. */
export type DemoResult = {
  readonly state: string;
  readonly firmware: Firmware;
  readonly accelerator: Accelerator;
  readonly wallSeconds: number;
  readonly stages: readonly { readonly name: string; readonly seconds: number }[];
  readonly login: {
    readonly user: string;
    readonly hostname: string;
    readonly kernel: string;
    readonly rootBytes: number;
    readonly diskBytes: number;
    readonly address: string;
    readonly keyFile: string;
  };
  readonly token: string;
  /** The CA of its server, in PEM form. */
  readonly authority?: string | undefined;
};

/** Unix sockets by which the host reaches what listens inside, in the demo's folder. */
export const forwardSockets = { api: "api.sock", ssh: "ssh.sock" } as const;
