// Templates as `kubectl get -o go-template` has them: the language's own functions, and a key that is not there is no error.
import { builtins } from "./functions/builtins.ts";
import { encodingFunctions } from "./functions/encoding.ts";
import type { FunctionMap } from "./functions/signature.ts";
import { compileTemplate } from "./template.ts";
import { fromPlain } from "./values/plain.ts";

const { b64dec } = encodingFunctions;
const functions: FunctionMap = new Map(Object.entries({ ...builtins, ...(b64dec && { base64decode: b64dec }) }));

/** @param value Of JSON. @throws {TemplateError} */
export function renderForKubectl(template: string, value: unknown): string {
  return compileTemplate("output", template, functions, { missingKey: "no-value" }).render(
    fromPlain(withIntegers(value)),
  );
}

/** Kubernetes' clients read whole numbers as such, and Go prints a large one as 1e+06 that is not. */
function withIntegers(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return BigInt(Number(value));
  if (Array.isArray(value)) return value.map(withIntegers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withIntegers(member)]));
}
