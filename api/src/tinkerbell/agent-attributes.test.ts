import assert from "node:assert/strict";
import { test } from "node:test";
import { serialOf } from "./agent-attributes.ts";

const of = (attributes: object) => serialOf(JSON.stringify(attributes));

test("a machine's serial number is the product's, else the case's, else the board's", () => {
  const board = { baseboard: { serialNumber: "BOARD1" } };
  assert.equal(of(board), "BOARD1");
  assert.equal(of({ ...board, chassis: { serial: "CASE1" } }), "CASE1");
  assert.equal(of({ ...board, chassis: { serial: "CASE1" }, product: { serialNumber: " 7XK2 " } }), "7XK2");
});

test("what makers leave in place of a number is none", () => {
  for (const serialNumber of [
    "To Be Filled By O.E.M.",
    "Not Specified",
    "Default string",
    "0000000",
    "N/A",
    "xxxx",
    "",
  ])
    assert.equal(of({ product: { serialNumber }, baseboard: { serialNumber: "B" } }), "B", serialNumber);
});

test("what is no such annotation has no serial number, and what is too long or breaks lines is cut and kept in one", () => {
  for (const text of ["", "7", "null", "[]", '{"product":{"serialNumber":7}}', '{"product":"x"}', "{"])
    assert.equal(serialOf(text), undefined, text);
  assert.equal(of({ product: { serialNumber: "9".repeat(1000) } })?.length, 64);
  assert.equal(of({ product: { serialNumber: "a\nb\u001b[2J" } }), "a b [2J");
});
