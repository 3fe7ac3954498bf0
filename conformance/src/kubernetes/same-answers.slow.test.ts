// Every request is asked of a real kube-apiserver and of ours, and the answers must be the same, or differ as it is decided.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { kinds } from "@neverland/api";
import { startApiServer } from "@neverland/resource-api/testing/api-server.ts";
import { Conversation } from "./conversation.ts";
import { differences } from "./differences.ts";
import type { Exchange } from "./exchange.ts";
import { changing } from "./exchanges/changing.ts";
import { creating } from "./exchanges/creating.ts";
import { deleting } from "./exchanges/deleting.ts";
import { owning } from "./exchanges/owning.ts";
import { core, paths } from "./exchanges/paths.ts";
import { reading } from "./exchanges/reading.ts";
import { installKinds } from "./install-kinds.ts";
import { startKubeApiserver } from "./kube-apiserver.ts";
import { plainAnswer } from "./plain-answer.ts";

const subjects: { readonly [name: string]: readonly Exchange[] } = {
  "what is where": paths,
  creating,
  reading,
  changing,
  owning,
  deleting,
  "the core group": core,
};

type Servers = { readonly ours: Conversation; readonly theirs: Conversation; close(): Promise<void> };
let servers: Servers;

before(async () => {
  const ours = await startApiServer();
  const theirs = await startKubeApiserver();
  const close = async () => {
    await theirs.close();
    await ours.close();
  };
  servers = { ours: new Conversation(ours), theirs: new Conversation(theirs), close };
  await installKinds(theirs, ours, [kinds.Template, kinds.Hardware, kinds.Workflow]);
});

after(() => servers.close());

const names = Object.values(subjects).flatMap((exchanges) => exchanges.map(({ name }) => name));
const differing = new Map(differences.flatMap(({ why, shownBy }) => shownBy.map((name) => [name, why])));

for (const [subject, exchanges] of Object.entries(subjects)) {
  describe(subject, () => {
    for (const exchange of exchanges) {
      const why = differing.get(exchange.name);
      test(why === undefined ? exchange.name : `${exchange.name} (${why})`, () => compare(exchange, why !== undefined));
    }
  });
}

test("each request has a name of its own, and each difference is one that a request shows", () => {
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    [...differing.keys()].filter((name) => !names.includes(name)),
    [],
  );
});

async function compare(exchange: Exchange, isDifferent: boolean): Promise<void> {
  const plainness = { withOwners: exchange.withOwners ?? false };
  const answers = await Promise.all([servers.ours.ask(exchange), servers.theirs.ask(exchange)]);
  const [ours, theirs] = answers.map((answer) => plainAnswer(answer, plainness));
  if (isDifferent) assert.notDeepEqual(ours, theirs, "the answers are the same: it is no difference any more");
  else assert.deepEqual(ours, theirs);
}
