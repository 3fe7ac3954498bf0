// A machine's way to its address and its boot file, as its firmware or its iPXE goes it.
import { MessageType } from "@neverland/protocols";
import type { ClientMessage, Speaker } from "../dhcp/captured-messages.ts";
import { faultOfReply } from "../dhcp/check-reply.ts";
import type { DoraRoute } from "../dhcp/dora-slots.ts";
import type { MachineMessages } from "../dhcp/machine-messages.ts";
import { bootFileOf, messageTypeOf } from "../dhcp/read-reply.ts";
import type { Asking } from "./asking.ts";
import { BootError } from "./boot-error.ts";

export interface DhcpExchangeDeps {
  readonly index: number;
  readonly speaker: Speaker;
  readonly messages: MachineMessages;
  readonly route: DoraRoute;
  readonly asking: Asking;
  /** By the relay; the exchange's number is put in on the way. */
  readonly send: (message: Uint8Array) => void;
  /** @param bootFile That it is told. */
  readonly done: (bootFile: string) => void;
  readonly failed: (error: BootError) => void;
}

const answers = { discover: MessageType.offer, request: MessageType.ack } as const;

export class DhcpExchange {
  readonly #deps: DhcpExchangeDeps;
  #asks: ClientMessage = "discover";

  constructor(deps: DhcpExchangeDeps) {
    this.#deps = deps;
  }

  begin(): void {
    this.#ask("discover");
  }

  /** An answer of this exchange; valid for this call. */
  take(view: DataView): void {
    const { index, route, done, failed } = this.#deps;
    // Of a DISCOVER that was sent twice the second offer comes when the first was taken.
    if (this.#asks === "request" && messageTypeOf(view) === answers.discover) return;
    const fault = faultOfReply(view, { type: answers[this.#asks], index, ...route });
    if (fault !== undefined) failed(new BootError("wrong", `the answer to a ${this.#asks}: ${fault}`));
    else if (this.#asks === "discover") this.#ask("request");
    else done(bootFileOf(view));
  }

  #ask(what: ClientMessage): void {
    const { asking, messages, index, send } = this.#deps;
    this.#asks = what;
    asking.ask(`a ${what}`, () => send(messages.of(index, what)));
  }
}
