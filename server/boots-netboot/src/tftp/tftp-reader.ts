// A client that reads a file, from its request on: it waits for a slot, then for the file, then a transfer runs.
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { ipv4FromNumber } from "@neverland/protocols";
import type { ReadRequest } from "./tftp-refusal.ts";
import type { TftpClient, TftpTransfer } from "./tftp-transfer.ts";
import type { SlotHolder, TransferOwner } from "./transfer-slots.ts";

export interface AskedFile {
  readonly from: TftpClient;
  readonly request: ReadRequest;
  readonly name: string;
  readonly machine: MachineCard;
}

export class TftpReader implements SlotHolder, AskedFile {
  readonly from: TftpClient;
  readonly request: ReadRequest;
  readonly name: string;
  readonly machine: MachineCard;
  readonly owner: TransferOwner;
  readonly sinceMs: number;
  lastHeardMs: number;
  /** Undefined until it has a slot and its file. */
  transfer: TftpTransfer | undefined;
  readonly #refuse: (why: string) => void;

  /** @param refuse Tells its client, where no transfer has begun. */
  constructor({ from, request, name, machine }: AskedFile, nowMs: number, refuse: (why: string) => void) {
    [this.from, this.request, this.name, this.machine] = [from, request, name, machine];
    const address = ipv4FromNumber(from.address);
    this.owner = { machine: machine.key, address, isItsAddress: address === machine.address };
    [this.sinceMs, this.lastHeardMs] = [nowMs, nowMs];
    this.#refuse = refuse;
  }

  giveWay(why: string): void {
    if (this.transfer === undefined) this.#refuse(why);
    else this.transfer.giveWay(why, `${why}; ask again`);
  }
}
