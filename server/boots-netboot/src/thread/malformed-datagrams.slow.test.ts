import { test } from "node:test";
import { sendMalformed } from "../testing/send-malformed.ts";

test("a million malformed datagrams end nothing, and leave nothing behind", { timeout: 600_000 }, async (t) => {
  await sendMalformed(t, 1_000_000);
});
