// What is taken for a step of a page, and what is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageSteps } from "./page-blocks.ts";

const page = `# Page

\`\`\`sh
one
two
\`\`\`

\`\`\`text
1 …
\`\`\`

1. In a list:

   \`\`\`sh on the machine
   three
   \`\`\`

\`\`\`yaml title="a.yaml"
a: 1
\`\`\`

\`\`\`console
$ not run
\`\`\`

<!-- do: power on -->
`;

test("commands, files and deeds are steps, in the order of the page", () => {
  assert.deepEqual(pageSteps(page), [
    { kind: "commands", line: 3, text: "one\ntwo", where: "" },
    { kind: "seen", line: 8, text: "1 …" },
    { kind: "commands", line: 14, text: "three", where: "on the machine" },
    { kind: "file", line: 18, text: "a: 1\n", path: "a.yaml" },
    { kind: "deed", line: 26, name: "power on" },
  ]);
});
