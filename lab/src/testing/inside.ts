// For tests: runs a node script in a namespace and hands back what it printed.
import { runInLabNamespace } from "../namespace/namespace.ts";

export interface InsideResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param argv For node. */
export async function runInside(
  argv: readonly string[],
  options: { asRoot?: boolean; signal?: AbortSignal; graceMs?: number } = {},
): Promise<InsideResult> {
  const { signal = new AbortController().signal, ...rest } = options;
  const space = await runInLabNamespace({
    ...rest,
    argv: [process.execPath, ...argv],
    signal,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [space.child.stdout, space.child.stderr].map(async (stream) => {
    const chunks: Buffer[] = (await stream?.toArray()) ?? [];
    return Buffer.concat(chunks).toString();
  });
  return { code: await space.exitCode, stdout: (await stdout) ?? "", stderr: (await stderr) ?? "" };
}
