// Against the plainest thing that could do it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BySize } from "./by-size.ts";

const step = fc.record({ who: fc.nat(3), comes: fc.boolean() });

test("the largest is one that holds the most", () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const bySize = new BySize<{ size: number }>();
      const members = [0, 1, 2, 3].map(() => ({ size: 0 }));
      for (const { who, comes } of steps) {
        const member = members[who] ?? assert.fail();
        const change = comes ? 1 : -1;
        if (member.size + change < 0) continue;
        member.size += change;
        bySize.changed(member, change);
        assert.equal(bySize.largest?.size ?? 0, Math.max(...members.map(({ size }) => size)));
      }
    }),
  );
});
