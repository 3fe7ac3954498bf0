// The programs that machines of paper run in: paths to fork. Each is told what to do in a message and answers in one.
import { fileURLToPath } from "node:url";

const pathOf = (url: URL): string => fileURLToPath(url);

export const programs = {
  dora: pathOf(new URL("./dhcp/dora-process.ts", import.meta.url)),
  storm: pathOf(new URL("./storm/storm-process.ts", import.meta.url)),
  read: pathOf(new URL("./tftp/read-process.ts", import.meta.url)),
} as const;
