// A machine's way to its address and its boot file, as its firmware or its iPXE goes it.
import { MessageType } from "@neverland/protocols";
import type { Asking, Speaker } from "../dhcp/captured-messages.ts";
import { faultOfReply } from "../dhcp/check-reply.ts";
import type { MachineMessages } from "../dhcp/machine-messages.ts";
import { bootFileOf, messageTypeOf } from "../dhcp/read-reply.ts";
import { addressNumber, rackNetwork } from "../paper-machine.ts";
import { BootError } from "./boot-error.ts";
import type { Relay } from "./relay.ts";
import { askRepeatedly } from "./repeating.ts";

export interface AddressDeps {
  readonly relay: Relay;
  readonly messages: Readonly<Record<Speaker, MachineMessages>>;
  readonly server: string;
  readonly repeated: () => void;
}

const answers = { discover: MessageType.offer, request: MessageType.ack } as const;

/** @returns The boot file that it is told. @throws {BootError} `gone-silent` or `wrong`. */
export async function getAddress(
  { relay, messages, server, repeated }: AddressDeps,
  index: number,
  speaker: Speaker,
  signal: AbortSignal,
): Promise<string> {
  const xid = relay.open();
  const route = { relay: addressNumber(rackNetwork.relay), server: addressNumber(server) };
  const exchange = async (asking: Asking): Promise<string> => {
    const message = Uint8Array.from(messages[speaker].of(index, asking));
    new DataView(message.buffer).setUint32(4, xid);
    const onAnswer = (answered: (file: string) => void, failed: (error: Error) => void) =>
      relay.hear(xid, (view) => {
        // Of a DISCOVER that was sent twice the second offer comes when the first was taken.
        if (asking === "request" && messageTypeOf(view) === answers.discover) return;
        const fault = faultOfReply(view, { type: answers[asking], index, ...route });
        if (fault === undefined) answered(bootFileOf(view));
        else failed(new BootError("wrong", `the answer to a ${asking}: ${fault}`));
      });
    return await askRepeatedly({ ask: () => relay.send(message), onAnswer, repeated, what: `a ${asking}` }, signal);
  };
  try {
    await exchange("discover");
    return await exchange("request");
  } finally {
    relay.forget(xid);
  }
}
