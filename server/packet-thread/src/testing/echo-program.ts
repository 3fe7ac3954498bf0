// Sends each datagram back, with what the main thread said last in front of it; tells the main thread how many it sent. Some words end it;
// one has it collect memory before each call from then on, and two say whether it reads its sockets.
import { type ProgramDeps, runPacketProgram } from "../packet-program.ts";
import { collect } from "./collect.ts";

const ends: Readonly<Record<string, () => void>> = {
  throw: () => {
    throw new Error("on purpose");
  },
  exit: () => process.exit(3),
  grow: () => {
    for (const all: unknown[] = []; ; ) all.push(Array.from({ length: 1000 }, (_, at) => ({ at })));
  },
  stick: () => {
    while (true);
  },
};

await runPacketProgram(({ door, data, post }: ProgramDeps) => {
  const inbox = door.inbox({ messages: 64, sizeBytes: 1501 });
  const outbox = door.outbox({ messages: 64, sizeBytes: 1600 });
  let word = new TextEncoder().encode(String(data));
  let sent = 0;
  let collects = false;
  let isOpen = true;
  return {
    get isOpen() {
      return isOpen;
    },
    message: (message) => {
      ends[String(message)]?.();
      collects ||= message === "collect";
      isOpen = message === "shut" ? false : isOpen || message === "open";
      word = new TextEncoder().encode(String(message));
      post({ heard: message });
    },
    readable: (fd) => {
      const count = inbox.take(fd);
      for (let at = 0; at < count; at++) {
        const bytes = inbox.bytes(at);
        const out = outbox.next();
        out.set(word);
        out.set(bytes, word.length);
        // Port 0, to which nobody can send: it must not keep back the others.
        const port = bytes[0] === 0x21 ? 0 : inbox.port(at);
        outbox.add(word.length + bytes.length, inbox.address(at), port);
        sent++;
      }
      if (collects) collect();
      outbox.send(fd, (unsent) => post({ unsent }));
    },
    due: () => {
      if (collects) collect();
      return Number.POSITIVE_INFINITY;
    },
    end: () => post({ sent }),
  };
});
