// The machines of the benchmark: each with a MAC and a loopback address of its own, so that a server may tell them apart.

export type Machine = { readonly mac: string; readonly address: string };

/** @param index From 0; below 16 million. */
export function machineAt(index: number): Machine {
  const [high, middle, low] = [(index >> 16) & 0xff, (index >> 8) & 0xff, index & 0xff];
  const hex = [high, middle, low].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  // 127.64.0.0 and up: all of 127/8 is this machine's own, and nothing else here uses that part.
  return { mac: `02:00:00:${hex}`, address: `127.${64 + high}.${middle}.${low}` };
}
