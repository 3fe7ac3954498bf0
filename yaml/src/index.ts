// What others may use of this package.
export { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
export { offsetOf } from "./check-nodes.ts";
export { emitYaml, emitYamlPieces } from "./emit-yaml.ts";
export { compareCodePoints } from "./kubectl-style/key-order.ts";
export { writeKubectlYaml } from "./kubectl-style/write-kubectl-yaml.ts";
export { nearestName } from "./nearest-name.ts";
export {
  defaultLimits,
  readYaml,
  readYamlDocuments,
  readYamlInSteps,
  type YamlDocument,
  type YamlLimits,
  type YamlRead,
} from "./read-yaml.ts";
export { secondsMeant } from "./seconds-meant.ts";
export { inOneGo, type Steps } from "./steps.ts";
export { writeYaml } from "./write-yaml.ts";
export type { YamlFault, YamlPlace } from "./yaml-fault.ts";
