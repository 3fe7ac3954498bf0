import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rendered } from "../testing/sprig-outcome.ts";

const table: readonly (readonly [string, string])[] = [
  ['{{b64enc "hé"}} {{b64dec "aMOp"}} {{b64dec "aGk="}}', "aMOp hé hi"],
  ['{{b64dec "####"}}|{{b64dec "a"}}', "illegal base64 data at input byte 0|illegal base64 data at input byte 0"],
  ['{{b32enc "hello"}} {{b32dec "NBSWY3DP"}} {{b32enc "a"}} {{b32dec "ME======"}}', "NBSWY3DP hello ME====== a"],
  ['{{adler32sum "abc"}}', "38600999"],
  [
    '{{base "/a/b.txt"}} {{dir "/a/b.txt"}} {{ext "/a/b.txt"}} {{isAbs "/a"}} {{isAbs "a"}}',
    "b.txt /a .txt true false",
  ],
  ['{{clean "/a/../b//c/."}} {{clean "../a/.."}} {{clean ""}} {{base ""}} {{base "/"}} {{dir "a"}}', "/b/c .. . . / ."],
];

for (const [source, expected] of table) {
  test(`${source} renders as sprig has it`, () => assert.equal(rendered(source), expected));
}

test("base64 and base32 give back what they were given", () => {
  const property = fc.property(fc.string({ unit: "binary" }), (text) =>
    assert.equal(
      rendered("{{.t | b64enc | b64dec}}{{.t | b32enc | b32dec}}", { t: text }),
      text.toWellFormed().repeat(2),
    ),
  );
  fc.assert(property, { numRuns: 40 });
});
