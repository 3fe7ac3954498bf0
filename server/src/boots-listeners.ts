// Boots' DHCP and TFTP listeners as a service, for main.ts to start last and stop first.
import type { Boots } from "./boots-netboot/boots.ts";
import type { Service } from "./platform/service.ts";

export class BootsListeners implements Service {
  readonly #boots: Boots;
  /** Where machines are answered; filled by the start. */
  interfaces: readonly { readonly name: string; readonly address: string }[] = [];

  constructor(boots: Boots) {
    this.#boots = boots;
  }

  async start(signal: AbortSignal): Promise<void> {
    const links = await this.#boots.start(signal);
    this.interfaces = links.map(({ name, serverAddress }) => ({ name, address: serverAddress }));
  }

  async stop(deadline: AbortSignal): Promise<void> {
    await this.#boots.stop(deadline);
  }
}
