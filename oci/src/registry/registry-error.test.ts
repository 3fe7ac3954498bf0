// What a registry says of a refusal is read as far as it comes soon.
import assert from "node:assert/strict";
import { test } from "node:test";
import { registrySaid } from "./registry-error.ts";

const document = Buffer.from(JSON.stringify({ errors: [{ code: "DENIED", message: "no tag of that name." }] }));

async function* inPieces(...pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

test("its messages are read, in however many pieces they come", async () => {
  assert.equal(await registrySaid(inPieces(document)), "no tag of that name");
  assert.equal(await registrySaid(inPieces(document.subarray(0, 9), document.subarray(9))), "no tag of that name");
});

test("a body that goes on for ever, by drops or not at all, is given up, and one that is too long", async () => {
  const drops = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      yield document.subarray(0, 1);
      await new Promise((resolve) => setTimeout(resolve, 5).unref());
    }
  };
  const silence = async function* (): AsyncGenerator<Uint8Array> {
    yield document.subarray(0, 9);
    await new Promise(() => undefined);
  };
  for (const body of [drops(), silence(), inPieces(Buffer.alloc(1 << 17, 0x20), document)])
    assert.equal(await registrySaid(body, 50), "");
});
