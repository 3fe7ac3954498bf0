// One machine's way from its power button to the boot file of its iPXE: all of it is packets.
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Asking } from "../boot/asking.ts";
import type { BootError } from "../boot/boot-error.ts";
import { DhcpExchange } from "../boot/dhcp-exchange.ts";
import { FirmwareRead, type ReadPort } from "../boot/firmware-read.ts";
import type { Speaker } from "../dhcp/captured-messages.ts";
import type { DoraRoute } from "../dhcp/dora-slots.ts";
import type { MachineMessages } from "../dhcp/machine-messages.ts";
import type { Stage, StageTook } from "../storm/storm-order.ts";

export interface PacketBootResult {
  readonly index: number;
  readonly stages: readonly StageTook[];
  /** What its iPXE was told to load; undefined: it came no further. */
  readonly bootFile: string | undefined;
}

export interface PacketBootDeps {
  readonly clock: Pick<Clock, "nowMs" | "after">;
  readonly messages: Readonly<Record<Speaker, MachineMessages>>;
  readonly route: DoraRoute;
  readonly binary: Buffer;
  readonly sendDhcp: (index: number, speaker: Speaker, message: Uint8Array) => void;
  readonly sendTftp: (index: number, port: ReadPort, packet: Uint8Array, serverPort: number) => void;
  readonly over: (result: PacketBootResult) => void;
}

export class PacketBoot {
  readonly #index: number;
  readonly #deps: PacketBootDeps;
  readonly #asking: Asking;
  readonly #took: StageTook[] = [];
  #dhcp: { readonly speaker: Speaker; readonly exchange: DhcpExchange } | undefined;
  #read: FirmwareRead | undefined;
  #stage: { readonly name: Stage; readonly fromMs: number; repeats: number };

  constructor(index: number, deps: PacketBootDeps) {
    [this.#index, this.#deps] = [index, deps];
    this.#stage = { name: "DHCP of the firmware", fromMs: deps.clock.nowMs(), repeats: 0 };
    this.#asking = new Asking({
      clock: deps.clock,
      repeated: () => {
        this.#stage.repeats += 1;
      },
      silent: (error) => this.#fail(error),
    });
  }

  begin(): void {
    this.#exchange("firmware", (file) => {
      this.#next("TFTP of iPXE");
      this.#load(file);
    });
  }

  takeDhcp(speaker: Speaker, view: DataView): void {
    if (this.#dhcp?.speaker === speaker) this.#dhcp.exchange.take(view);
  }

  takeTftp(port: ReadPort, packet: Buffer, serverPort: number): void {
    this.#read?.take(port, packet, serverPort);
  }

  /** The whole storm is over. */
  giveUp(reason: string): void {
    this.#end({ failure: reason });
  }

  #exchange(speaker: Speaker, done: (bootFile: string) => void): void {
    const { messages, route, sendDhcp } = this.#deps;
    const exchange = new DhcpExchange({
      ...{ index: this.#index, speaker, messages: messages[speaker], route, asking: this.#asking },
      send: (message) => sendDhcp(this.#index, speaker, message),
      done: (bootFile) => {
        this.#dhcp = undefined;
        done(bootFile);
      },
      failed: (error) => this.#fail(error),
    });
    this.#dhcp = { speaker, exchange };
    exchange.begin();
  }

  #load(file: string): void {
    const { binary, sendTftp } = this.#deps;
    this.#read = new FirmwareRead({
      ...{ file, expected: binary, asking: this.#asking },
      send: (port, packet, serverPort) => sendTftp(this.#index, port, packet, serverPort),
      done: () => {
        this.#read = undefined;
        this.#next("DHCP of iPXE");
        this.#exchange("ipxe", (bootFile) => this.#end({ bootFile }));
      },
      failed: (error) => this.#fail(error),
    });
    this.#read.begin();
  }

  #next(name: Stage): void {
    this.#note();
    this.#stage = { name, fromMs: this.#deps.clock.nowMs(), repeats: 0 };
  }

  #note(failure?: string): void {
    const { name: stage, fromMs, repeats } = this.#stage;
    const ms = this.#deps.clock.nowMs() - fromMs;
    this.#took.push({ stage, ms, repeats, ...(failure === undefined ? {} : { failure }) });
  }

  #fail({ message }: BootError): void {
    this.#end({ failure: message });
  }

  #end({ bootFile, failure }: { readonly bootFile?: string; readonly failure?: string }): void {
    this.#dhcp = undefined;
    this.#read = undefined;
    this.#asking.end();
    this.#note(failure);
    this.#deps.over({ index: this.#index, stages: this.#took, bootFile });
  }
}
