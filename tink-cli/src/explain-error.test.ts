import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "@neverland/api";
import { ProgramError } from "@neverland/debian";
import { LabError, type LabErrorCode } from "@neverland/lab";
import { CliError } from "./cli-error.ts";
import { explainError } from "./explain-error.ts";

class PackageError extends Error {
  readonly code = "unavailable";
}

const labError = (code: LabErrorCode) => new LabError(code, "said by the lab");

// What is thrown, how tink exits, and what is printed.
const cases: readonly [name: string, error: unknown, code: number, text: RegExp][] = [
  ["a wrong command line", new CliError("usage", "name a resource"), 2, /^tink: name a resource\n$/],
  ["an object that is not there", new ApiError("not-found", "no such workflow"), 3, /^tink: no such workflow\n$/],
  ["a refused token", new ApiError("unauthorized", "Unauthorized"), 77, /^tink: Unauthorized\n$/],
  [
    "what the server's rules forbid",
    new ApiError("forbidden", "the namespace stays"),
    1,
    /^tink: the namespace stays\n$/,
  ],
  ["a bad request", new ApiError("refused", "no selector", { reason: "BadRequest" }), 2, /^tink: no selector\n$/],
  ["a server that does not answer", new ApiError("unavailable", "no answer"), 69, /^tink: no answer\n$/],
  ["a foreseen failure of a package", new PackageError("the data is in use"), 1, /^tink: the data is in use\n$/],
  ["a lab that does not run", labError("no-lab"), 69, /^tink: said by the lab\n$/],
  ["a computer that allows no lab", labError("namespace-refused"), 69, /^tink: said by the lab\n$/],
  ["a machine that no lab has", labError("not-found"), 3, /^tink: said by the lab\n$/],
  ["a machine that cannot be", labError("bad-spec"), 2, /^tink: said by the lab\n$/],
  ["a machine that is off", labError("not-running"), 1, /^tink: said by the lab\n$/],
  ["Ctrl-C", new DOMException("SIGINT", "AbortError"), 130, /^$/],
  ["Ctrl-C, while a program is run", new ProgramError("aborted", "mmdebstrap was given up"), 130, /^$/],
  ["Ctrl-C, while a lab is asked", labError("aborted"), 130, /^$/],
  ["a fault of ours", new TypeError("x is undefined"), 1, /^tink: TypeError: x is undefined\n\s+at /],
];
for (const [name, error, code, text] of cases) {
  test(`${name} exits with ${code}`, () => {
    const explained = explainError(error);
    assert.equal(explained.code, code);
    assert.match(explained.text, text);
  });
}
