// Why a port could not be had, in a sentence that says what to do.

import { ipv4Addresses } from "./interfaces.ts";
import { NetworkError } from "./network-error.ts";
import { type Protocol, portOwner } from "./port-owner.ts";

export interface WantedPort {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  /** What it is for, in words that fit after "for": "machines". */
  readonly purpose: string;
}

/** @param cause The system's error, whose `code` decides what is said. */
export async function cannotListen(wanted: WantedPort, cause: unknown): Promise<NetworkError> {
  const { protocol, host, port, purpose } = wanted;
  const what = `cannot listen for ${purpose} on ${host}, ${protocol.toUpperCase()} port ${port}`;
  const errno = cause instanceof Error && "code" in cause ? cause.code : undefined;
  switch (errno) {
    case "EADDRINUSE": {
      const owner = (await portOwner(protocol, port)) ?? "another program";
      return new NetworkError("port-in-use", `${what}: ${owner} has that port; end it or choose another port`, {
        cause,
      });
    }
    case "EADDRNOTAVAIL": {
      const text = `${what}: no interface of this machine has that address; there are ${ipv4Addresses().join(", ")}`;
      return new NetworkError("no-address", text, { cause });
    }
    case "EACCES": {
      const text = `${what}: ports below 1024 need root or CAP_NET_BIND_SERVICE`;
      return new NetworkError("refused", text, { cause });
    }
    default:
      return new NetworkError("refused", `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
  }
}
