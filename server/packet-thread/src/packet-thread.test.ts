// A thread that echoes, on loopback: what comes is answered, whatever the main thread does, and it stops at once.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type Libc, Linux, loadLibc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { freePort } from "@neverland/platform/testing/free-port.ts";
import { type PacketThread, type PacketThreadDeps, startPacketThread, type ThreadSockets } from "./packet-thread.ts";

const program = new URL("./testing/echo-program.ts", import.meta.url);
const limits = { mostHeapMb: 64, longestTurnMs: 60_000 };
const loopback = { protocol: "udp", host: "127.0.0.1", port: 0, purpose: "a test" } as const;

/** What a thread has for sockets: one on a free port of loopback. */
interface Door {
  readonly sockets: ThreadSockets;
  readonly port: number;
  close(): void;
}

const doors: Record<string, () => Promise<Door>> = {
  "sockets of the C library": async () => {
    const libc = await loadLibc();
    const fd = await openSocket(libc, loopback);
    // Which port it has, the kernel tells dgram of a copy.
    return { sockets: { descriptors: [fd] }, port: await portOf(libc, fd), close: () => void libc.close(fd) };
  },
  "Node's own sockets": async () => {
    const port = await freePort();
    return { sockets: { ports: [{ host: loopback.host, port }] }, port, close: () => undefined };
  },
};

for (const [name, openDoor] of Object.entries(doors))
  describe(`a packet thread with ${name}`, () => {
    let door: Door;
    let port: number;
    let thread: PacketThread;
    let client: Socket;
    let heard: unknown[];
    let tell: () => void;

    beforeEach(async () => {
      door = await openDoor();
      port = door.port;
      heard = [];
      tell = () => undefined;
      thread = await startPacketThread(deps());
      // Until then nobody hears at a port that the thread opens for itself.
      await hears("a:");
      client = createSocket("udp4");
      client.bind(0, "127.0.0.1");
      await once(client, "listening");
    });

    afterEach(async () => {
      await thread.stop();
      door.close();
      client.close();
    });

    const deps = (): PacketThreadDeps => ({
      program,
      sockets: door.sockets,
      data: "a:",
      received: (message) => {
        heard.push(message);
        tell();
      },
      ...limits,
    });

    async function hears(word: string): Promise<void> {
      thread.send(word);
      while (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve));
      heard = [];
    }

    /** What is echoed of these words, in the order it comes. */
    async function echoes(words: readonly string[], count = words.length): Promise<string[]> {
      const back: string[] = [];
      const all = new Promise<void>((resolve) => {
        client.on("message", (bytes) => {
          back.push(bytes.toString());
          if (back.length === count) resolve();
        });
      });
      for (const word of words) client.send(word, port, "127.0.0.1");
      await all;
      client.removeAllListeners("message");
      return back;
    }

    test("answers more than one call takes, each its own", async () => {
      const words = Array.from({ length: 200 }, (_, at) => `word ${at}`);
      assert.deepEqual(
        await echoes(words),
        words.map((word) => `a:${word}`),
      );
    });

    test("one that cannot be sent keeps back none of the others, and is told", async () => {
      assert.deepEqual(await echoes(["one", "!", "two"], 2), ["a:one", "a:two"]);
      while (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve));
      assert.partialDeepStrictEqual(heard, [{ unsent: { address: 0x7f000001, port: 0, code: "EINVAL" } }]);
    });

    test("takes what the main thread sends while nothing comes", async () => {
      thread.send("b:");
      while (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve));
      assert.deepEqual(heard, [{ heard: "b:" }]);
      assert.deepEqual(await echoes(["x"]), ["b:x"]);
    });

    test("leaves what comes where it is while it does not read", async () => {
      await hears("shut");
      const echo = once(client, "message", { signal: AbortSignal.timeout(10_000) });
      await new Promise((resolve) => client.send("x", port, "127.0.0.1", resolve));
      // It comes round between them.
      for (const word of ["still shut", "shut even now", "open"]) await hears(word);
      assert.equal(String((await echo)[0]), "openx");
    });

    test("hears and answers as before when memory is collected before each of its calls", async () => {
      thread.send("collect");
      while (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve));
      for (let round = 0; round < 20; round++)
        assert.deepEqual(await echoes([`${round}`, "x"]), [`collect${round}`, "collectx"]);
    });

    test("answers while the main thread is busy", async () => {
      const asker = `
      const socket = require("node:dgram").createSocket("udp4");
      socket.on("message", (bytes) => { console.log(String(bytes)); socket.close(); });
      socket.send("there?", ${port}, "127.0.0.1");`;
      // spawnSync holds this thread until the other program has its answer.
      const { stdout } = spawnSync(process.execPath, ["-e", asker], { encoding: "utf8", timeout: 10_000 });
      assert.equal(stdout, "a:there?\n");
    });

    test("stops while it waits, and says its last word", async () => {
      await thread.stop();
      assert.deepEqual(heard, [{ sent: 0 }]);
      assert.equal(await thread.ended, undefined);
    });

    for (const [word, cause] of [
      ["throw", /^Error: on purpose$/],
      ["exit", /^Error: it ended by itself, with code 3$/],
      ["grow", /memory limit/],
    ] as const)
      test(`one that comes to ${word} tells why it ended, and nothing else ends with it`, async () => {
        thread.send(word);
        assert.match(String(await thread.ended), cause);
        thread.send("nobody hears this");
        await thread.stop();
      });

    test("what comes to a thread that is the next one is answered", async () => {
      thread.send("throw");
      await thread.ended;
      thread = await startPacketThread({ ...deps(), data: "next:" });
      heard = [];
      await hears("next:");
      assert.deepEqual(await echoes(["late"]), ["next:late"]);
    });

    test("one that does not come round any more is ended", async () => {
      await thread.stop();
      thread = await startPacketThread({ ...deps(), longestTurnMs: 200 });
      thread.send("stick");
      assert.match(String(await thread.ended), /it has been busy with one thing for 0.2 s/);
    });
  });

test("what comes while a thread is dead waits at the socket of the C library for the next one", async (t) => {
  const libc = await loadLibc();
  const fd = await openSocket(libc, loopback);
  t.after(() => libc.close(fd));
  const port = await portOf(libc, fd);
  const deps = { program, sockets: { descriptors: [fd] }, data: "next:", received: () => undefined, ...limits };
  const thread = await startPacketThread(deps);
  thread.send("throw");
  await thread.ended;
  const client = createSocket("udp4");
  t.after(() => client.close());
  const answer = once(client, "message", { signal: t.signal });
  client.send("late", port, loopback.host);
  await once(client, "listening");
  const next = await startPacketThread(deps);
  t.after(() => next.stop());
  assert.equal(String((await answer)[0]), "next:late");
});

for (const [how, sockets, status] of [
  ["exits", "native", 7],
  ["throws", "native", 1],
  ["exits", "plain", 7],
  ["throws", "plain", 1],
] as const)
  test(`a process that ${how} is not held by its thread with ${sockets} sockets`, () => {
    const path = new URL("./testing/ends-with-a-thread.ts", import.meta.url).pathname;
    const run = spawnSync(process.execPath, [path, how, sockets], { encoding: "utf8", timeout: 10_000 });
    assert.deepEqual([run.stdout, run.status, run.signal], ["it waits\n", status, null], run.stderr);
  });

async function portOf(libc: Libc, fd: number): Promise<number> {
  const copy = createSocket("udp4");
  const listening = once(copy, "listening"); // first: an adopted socket says so within bind()
  copy.bind({ fd: libc.fcntl(fd, Linux.F_DUPFD_CLOEXEC, 0), exclusive: true });
  await listening;
  const { port } = copy.address();
  copy.close();
  return port;
}
