import assert from "node:assert/strict";
import { test } from "node:test";
import { agentKey, spellingsOf } from "./agent-id.ts";

test("a MAC is one worker in every spelling, and any other name stays itself but for its case", () => {
  for (const text of ["52:54:00:AA:00:01", "52-54-00-aa-00-01", "5254.00AA.0001", "525400aa0001"])
    assert.equal(agentKey(text), "52:54:00:aa:00:01");
  for (const text of ["rack-7", "52-54:00-aa:00-01", "52:54:00:aa:00", "525400aa00011", ""])
    assert.equal(agentKey(text), text);
  assert.equal(agentKey("Rack-7"), "rack-7");
});

test("a worker is looked for under every spelling that templates may have", () => {
  assert.deepEqual(
    spellingsOf("52:54:00:aa:00:01").toSorted(),
    [
      "52-54-00-AA-00-01",
      "52-54-00-aa-00-01",
      "525400AA0001",
      "525400aa0001",
      "5254.00AA.0001",
      "5254.00aa.0001",
      "52:54:00:AA:00:01",
      "52:54:00:aa:00:01",
    ].toSorted(),
  );
  assert.deepEqual(spellingsOf("Rack-7"), ["Rack-7", "rack-7", "RACK-7"]);
});
