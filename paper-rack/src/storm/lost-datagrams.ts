// Datagrams that the kernel threw away because nobody had read those before them.
import { readFile } from "node:fs/promises";

/** Of this process's network namespace, since it began. */
export async function lostDatagrams(): Promise<number> {
  const [names = "", values = ""] = (await readFile("/proc/net/snmp", "utf8"))
    .split("\n")
    .filter((line) => line.startsWith("Udp:"));
  return Number(values.split(" ")[names.split(" ").indexOf("RcvbufErrors")]);
}
