// Gives a cluster our kinds, by the schemas that our server tells, and waits until it serves them.
import { setTimeout } from "node:timers/promises";
import { apiVersionOf, type KindInfo } from "@neverland/api";
import { type ApiServer, ask } from "./ask.ts";
import { crdOf } from "./crds.ts";

const servedWithinMs = 30_000;

/** @throws {Error} With what the cluster answered, when it takes a definition for none. */
export async function installKinds(cluster: ApiServer, ours: ApiServer, kinds: readonly KindInfo[]): Promise<void> {
  for (const kind of kinds) {
    const { text } = await ask(ours, "GET", `/openapi/v3/apis/${apiVersionOf(kind)}`);
    const domains = kind.group.split(".").toReversed().join(".");
    const schema = JSON.parse(text).components.schemas[`${domains}.${kind.version}.${kind.kind}`];
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const answer = await ask(cluster, "POST", path, { body: crdOf(kind, schema) });
    if (answer.status !== 201) throw new Error(`kube-apiserver refuses the definition of ${kind.kind}: ${answer.text}`);
  }
  const signal = AbortSignal.timeout(servedWithinMs);
  for (const kind of kinds) {
    const path = `/apis/${apiVersionOf(kind)}/${kind.plural}`;
    while ((await ask(cluster, "GET", path)).status !== 200) await setTimeout(100, undefined, { signal });
  }
}
