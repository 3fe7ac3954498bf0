// Every template of the tables gives what Go gives: the same output, or the same error word for word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { branchesCases } from "./testing/cases-branches.ts";
import { builtinsCases } from "./testing/cases-builtins.ts";
import { dataValues, dotCases, richData } from "./testing/cases-data.ts";
import { fieldsCases } from "./testing/cases-fields.ts";
import { printfCases } from "./testing/cases-printf.ts";
import { syntaxCases } from "./testing/cases-syntax.ts";
import { startOracle } from "./testing/go-oracle.ts";
import { outcomeOf } from "./testing/our-outcome.ts";

const tables = { branchesCases, builtinsCases, fieldsCases, printfCases, syntaxCases };
const askGo = await startOracle();

for (const [name, templates] of Object.entries(tables)) {
  test(`${name}: ${templates.length} templates agree with Go`, () => {
    for (const source of templates) assert.deepEqual(outcomeOf(source, richData), askGo(source, richData), source);
  });
}

test(`${dotCases.length} templates agree with Go on each of ${dataValues.length} kinds of data`, () => {
  for (const data of dataValues) {
    for (const source of dotCases) {
      assert.deepEqual(outcomeOf(source, data), askGo(source, data), `${source} on ${JSON.stringify(data)}`);
    }
  }
});

// Named exceptions, each on purpose.
const exceptions = [
  {
    why: "a string in a render is bounded",
    source: '{{len (printf "%1000000d" 1)}}',
    ours: /a string exceeds 524288 bytes$/,
  },
  { why: "output is bounded", source: "{{range 300000}}x{{end}}", ours: /rendered template exceeds 262144 bytes$/ },
  {
    why: "a list has no room behind its end that slice could reach",
    source: "{{slice .l 0 4}}",
    ours: /index out of range: 4$/,
  },
  {
    why: "a malformed complex number is told in one sentence, whatever is wrong with it",
    source: "{{1+_i}}",
    ours: /syntax error scanning complex number$/,
  },
  { why: "no value has an address", source: '{{printf "%p" .l}}', ours: /^0xc000000000$/ },
  {
    why: "branches nest 500 deep at most",
    source: `${"{{if 1}}".repeat(600)}${"{{end}}".repeat(600)}`,
    ours: /max expression depth exceeded$/,
  },
];

for (const { why, source, ours } of exceptions) {
  test(`differs from Go because ${why}`, () => {
    const [mine, gos] = [outcomeOf(source, richData), askGo(source, richData)];
    assert.notDeepEqual(mine, gos);
    assert.match(Object.values(mine).join(""), ours);
  });
}
