import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { accepts } from "./accepts.ts";
import { contentSchemas, type KindInfo } from "./kind-info.ts";
import { kinds } from "./kinds.ts";
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

/** Values of a schema's shape: in one of two anything may stand where something else should, or be missing. */
const nearly = (schema: z.core.$ZodType): fc.Arbitrary<unknown> =>
  fc.oneof(inShape(schema, 0, "odd"), inShape(schema, 0, "right"));

type Care = "odd" | "right";

function inShape(schema: z.core.$ZodType, depth: number, care: Care): fc.Arbitrary<unknown> {
  const right = depth > 8 ? strange : shaped(schema, depth, care);
  return fc.oneof({ weight: 30, arbitrary: right }, { weight: care === "odd" ? 1 : 0, arbitrary: strange });
}

function shaped(schema: z.core.$ZodType, depth: number, care: Care): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const below = (inner: z.core.$ZodType) => inShape(inner, depth + 1, care);
  const oneOf = (...values: readonly unknown[]) =>
    fc.constantFrom(...(care === "odd" ? values : accepted(schema, values)));
  switch (def.type) {
    case "object": {
      const members = Object.entries(def.shape).map(([name, inner]) => [name, below(inner)] as const);
      const needed = Object.keys(def.shape).filter((name) => accepted(def.shape[name], [undefined]).length === 0);
      const arbitraries: Record<string, fc.Arbitrary<unknown>> = { ...Object.fromEntries(members), other: strange };
      return fc.record(arbitraries, { requiredKeys: care === "odd" ? [] : needed });
    }
    case "array":
      return fc.array(below(def.element), { maxLength: 2 });
    case "record":
      return fc.dictionary(fc.constantFrom("a", "b", "__proto__"), below(def.valueType), { noNullPrototype: true });
    case "optional":
    case "nullable":
      return below(def.innerType);
    case "union":
      return fc.oneof(...def.options.map(below));
    case "enum":
      return oneOf(...Object.values(def.entries));
    case "string":
      return oneOf(
        "",
        "x",
        "52:54:00:00:00:01",
        "10.1.0.0/16",
        "10.0.0.1",
        "5",
        "2026-11-30T00:00:00Z",
        "0".repeat(64),
      );
    case "number":
      return oneOf(0, -1, 7, 1.5);
    case "boolean":
      return fc.boolean();
    default:
      return strange;
  }
}

/** Those of the values that the schema accepts; all where it accepts none. */
function accepted(schema: z.core.$ZodType | undefined, values: readonly unknown[]): readonly unknown[] {
  const good = values.filter((value) => (schema as z.ZodType).safeParse(value).success);
  return good.length > 0 || values.length === 1 ? good : values;
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
        { numRuns: 1000 },
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
