import { test } from "node:test";
import { sendMalformed } from "../testing/send-malformed.ts";

test("malformed datagrams end nothing: known machines are answered between them", { timeout: 110_000 }, async (t) => {
  await sendMalformed(t, 20_000);
});

test("nor do they end Node's own sockets, or leave anything behind there", { timeout: 110_000 }, async (t) => {
  await sendMalformed(t, 20_000, { libc: undefined });
});
