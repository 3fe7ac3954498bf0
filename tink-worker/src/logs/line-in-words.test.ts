import assert from "node:assert/strict";
import { test } from "node:test";
import { lineInWords } from "./line-in-words.ts";

for (const [line, words] of [
  [
    '{"time":"2026-01-01T00:00:00.000Z","level":"ERROR","msg":"DEST_DISK /dev/sda cannot be found"}',
    "ERROR DEST_DISK /dev/sda cannot be found",
  ],
  ['{"level":"INFO","msg":"progress","percent":12,"rate":"80 MB/s"}', "progress percent=12 rate=80 MB/s"],
  ['{"severity":"warning","message":"low\\nmemory","left":{"kB":3}}', 'WARNING low memory left={"kB":3}'],
  ['{"msg":"","message":"second"}', "second"],
  ['{"msg":3}', '{"msg":3}'],
  ['{"a":1}', '{"a":1}'],
  ['{"msg":"cut sh', '{"msg":"cut sh'],
  ['["msg"]', '["msg"]'],
  ["cp: cannot stat {x}", "cp: cannot stat {x}"],
  ["", ""],
] as const)
  test(`${line || "an empty line"} is read as: ${words || "an empty line"}`, () =>
    assert.equal(lineInWords(line), words));
