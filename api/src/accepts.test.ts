import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { accepts } from "./accepts.ts";
import { contentSchemas, type KindInfo, kinds } from "./kinds.ts";
import { objectMetaSchema } from "./resource.ts";

const strange = fc.constantFrom<unknown>(
  ...[null, undefined, "", "x", "52:54:00:00:00:01", "5G", "10.1.0.0/16", "10.0.0.1", "Ready", "SUCCESS"],
  ...[
    0,
    -1,
    1.5,
    2 ** 60,
    Number.NaN,
    true,
    false,
    [],
    {},
    [null],
    ["x"],
    [{}],
    { a: "b" },
    { a: 1 },
    { device_1: "" },
  ],
);

/** Values of a schema's shape, in which anything may stand where something else should. */
function nearly(schema: z.core.$ZodType, depth = 0): fc.Arbitrary<unknown> {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  const right = depth > 8 ? strange : inShape(def, depth);
  return fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: strange });
}

function inShape(def: z.core.$ZodTypes["_zod"]["def"], depth: number): fc.Arbitrary<unknown> {
  const below = (schema: z.core.$ZodType) => nearly(schema, depth + 1);
  switch (def.type) {
    case "object":
      return fc.record(
        {
          ...Object.fromEntries(Object.entries(def.shape).map(([name, schema]) => [name, below(schema)])),
          other: strange,
        },
        { requiredKeys: [] },
      );
    case "array":
      return fc.array(below(def.element), { maxLength: 2 });
    case "record":
      return fc.dictionary(fc.constantFrom("a", "b", "__proto__"), below(def.valueType), { noNullPrototype: true });
    case "optional":
    case "nullable":
      return below(def.innerType);
    case "union":
      return fc.oneof(...def.options.map(below));
    case "string":
      return fc.constantFrom("", "x", "52:54:00:00:00:01", "10.1.0.0/16", "10.0.0.1", "5", "2026-11-30T00:00:00Z");
    case "number":
      return fc.constantFrom<unknown>(0, -1, 7, 1.5);
    case "boolean":
      return fc.boolean();
    default:
      return strange;
  }
}

const schemas = Object.values<KindInfo>(kinds).flatMap((kind) => [
  ...contentSchemas(kind).map(([name, schema]) => [`${kind.kind} ${name}`, schema] as const),
  ...(kind.status === undefined ? [] : [[`${kind.kind} status`, kind.status] as const]),
]);

describe("accepts", () => {
  for (const [name, schema] of [...schemas, ["metadata", objectMetaSchema] as const]) {
    test(`says of every ${name} what its schema says`, () => {
      const answers = new Set<boolean>();
      fc.assert(
        fc.property(nearly(schema), (value) => {
          const answer = schema.safeParse(value).success;
          answers.add(answer);
          assert.equal(accepts(schema, value), answer);
        }),
        { numRuns: 400 },
      );
      assert.deepEqual([...answers].sort(), [false, true]); // both were seen
    });
  }

  test("asks the schema about what it does not understand", () => {
    const even = z.number().superRefine((value, context) => {
      if (value % 2 !== 0) context.addIssue("odd");
    });
    const schema = z.strictObject({ count: even, when: z.iso.datetime(), text: z.coerce.number() });
    const whole = { count: 2, when: "2026-11-30T00:00:00Z", text: "5" };
    assert.deepEqual(
      [whole, { ...whole, count: 3 }, { ...whole, when: "x" }, { ...whole, more: 1 }].map((value) =>
        accepts(schema, value),
      ),
      [true, false, false, false],
    );
  });
});
