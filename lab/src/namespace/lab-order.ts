// Has something done inside the lab's namespace by a program of its own: one order in, one result out, both JSON.
import { createInterface } from "node:readline";
import { LabError } from "../lab-error.ts";
import { runInLabNamespace } from "./namespace.ts";

/**
 * The outer half: starts the inner one in a new namespace and waits for its end.
 * @param script The inner half's file, which calls {@link answerOrder}. Its standard error is shown as it comes.
 * @throws {LabError} `program-failed` with its exit code; `namespace-refused`.
 */
export async function orderInLab<Result>(script: string, order: unknown, signal: AbortSignal): Promise<Result> {
  const argv = [process.execPath, "--disable-warning=ExperimentalWarning", script, JSON.stringify(order)];
  const { child, exitCode } = await runInLabNamespace({ argv, signal, stdio: ["ignore", "pipe", "inherit"] });
  let line: string | undefined;
  if (child.stdout !== null) for await (const each of createInterface(child.stdout)) line = each;
  const code = await exitCode;
  if (code !== 0 || line === undefined)
    throw new LabError("program-failed", `${script} ended with exit code ${code} and ${line ?? "no result"}`);
  return JSON.parse(line) as Result; // what the inner half says it makes
}

/** The whole life of an inner half: reads the order, carries it out, prints the result as one line of JSON, and ends. */
export async function answerOrder<Order, Result>(
  carryOut: (order: Order, signal: AbortSignal) => Promise<Result>,
): Promise<never> {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort(new Error(name)));
  const order = JSON.parse(process.argv[2] ?? "null") as Order; // what the outer half gave
  process.stdout.write(`${JSON.stringify(await carryOut(order, stop.signal))}\n`);
  // The namespace's first process ends, and with it everything that was started here.
  process.exit(0);
}
