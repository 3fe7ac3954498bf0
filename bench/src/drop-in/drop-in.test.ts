// What Tinkerbell's users bring is taken and rendered as they know it; what is not is named here, with its reason.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { before, test } from "node:test";
import { acceptedByKubectl, acceptedByTink } from "./acceptance.ts";
import { compare } from "./compare.ts";
import { type CorpusFile, type Rendering, readCorpus, renderings } from "./corpus.ts";
import { recordedOfGo } from "./go-renderings.ts";
import { documentProblems } from "./our-renderings.ts";

let files: readonly CorpusFile[];
let asked: readonly Rendering[];

before(async () => {
  files = await readCorpus();
  asked = renderings(files);
});

/** Templates that call functions which we have not yet, and some which no Tinkerbell has: there they never rendered, and here the file is refused. */
const refusedByTink = ["not-yet.yaml", "refused.yaml"];

test("tink apply takes every object, but templates that can never render", async () => {
  const { accepted, refusals } = await acceptedByTink(files);
  assert.deepEqual(
    refusals.map((refusal) => refusal.split(":")[0]),
    refusedByTink,
    refusals.join("\n"),
  );
  const taken = files.filter(({ path }) => !refusedByTink.includes(basename(path)));
  assert.equal(accepted, taken.flatMap(({ objects }) => objects).length);
});

test("kubectl apply takes every object", async () => {
  const { accepted, refusals } = await acceptedByKubectl(files);
  assert.deepEqual(refusals, []);
  assert.equal(accepted, files.flatMap(({ objects }) => objects).length);
});

/** Upstream leaves a field out of `.hardware` whose value is false, 0 or "", so that templates which read it fail; here it is as it was written. */
const keepsWhatIsWritten = ["to-yaml on partitioned"];

const missingFunctions = ["hash", "versions", "words"];

test("templates render to what Go renders, byte for byte, and fail in its words", async () => {
  const recorded = await recordedOfGo();
  const { same, differing } = compare(
    asked,
    asked.map(({ key }) => recorded.get(key)),
  );
  const unrendered = asked.filter(({ name }) => missingFunctions.includes(name)).map(({ key }) => key);
  const expected = [...keepsWhatIsWritten, ...unrendered];
  assert.deepEqual(differing.map(({ key }) => key).toSorted(), expected.toSorted(), JSON.stringify(differing, null, 1));
  assert.equal(same, asked.length - expected.length);
});

test("what is rendered is a workflow document", () => {
  assert.deepEqual(asked.flatMap(documentProblems), []);
});
