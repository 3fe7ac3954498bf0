// Real Go: text/template of Go 1.25 as WebAssembly, with `missingkey=error` and JSON data. What it says is what we must say.
import { parse } from "@evertdespiegeleer/go-template";

/** Its name for every template it runs. */
export const ORACLE_TEMPLATE_NAME = "tpl";
const FAILURE = /^Template (?:exec|parse) error: /;

export type Outcome = { readonly output: string } | { readonly error: string };

/** @returns A function that renders with Go. It keeps one Go runtime for all calls. */
export async function startOracle(): Promise<(source: string, data: unknown) => Outcome> {
  await parse("", {});
  const render: unknown = Reflect.get(globalThis, "Render");
  if (typeof render !== "function") throw new Error("the oracle did not install its Render function");
  return (source, data) => {
    const text = String(render(source, JSON.stringify(data)));
    return FAILURE.test(text) ? { error: text.replace(FAILURE, "") } : { output: text };
  };
}
