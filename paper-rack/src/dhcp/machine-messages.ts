// Both messages of each machine, made once: what is left for each time they are sent is the xid.
import type { ClientMessage, Speaker } from "./captured-messages.ts";
import { messageForm, type Route, writeMessage } from "./message-form.ts";

export class MachineMessages {
  readonly #bytes: Uint8Array;
  readonly #from: number;
  readonly #lengths: Record<ClientMessage, number>;

  /** Of machines `from` to `from + machines - 1`. */
  constructor(speaker: Speaker, route: Route, from: number, machines: number) {
    const forms = {
      discover: messageForm(speaker, "discover", route),
      request: messageForm(speaker, "request", route),
    };
    this.#from = from;
    this.#lengths = { discover: forms.discover.bytes.length, request: forms.request.bytes.length };
    this.#bytes = new Uint8Array(machines * (this.#lengths.discover + this.#lengths.request));
    for (let index = 0, at = 0; index < machines; index += 1) {
      at = writeMessage(forms.discover, from + index, this.#bytes, at);
      at = writeMessage(forms.request, from + index, this.#bytes, at);
    }
  }

  /** Its xid is 0. */
  of(machine: number, asking: ClientMessage): Uint8Array {
    const { discover, request } = this.#lengths;
    const at = (machine - this.#from) * (discover + request) + (asking === "discover" ? 0 : discover);
    return this.#bytes.subarray(at, at + this.#lengths[asking]);
  }
}
