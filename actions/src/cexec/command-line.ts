// What cexec runs: the rules of upstream, which know no quotes, pipes or patterns unless an interpreter is named.

/**
 * @param interpreter For example `/bin/sh -c`: split at spaces, and the whole line follows as one argument.
 * @returns The commands in order, each as program and arguments; without an interpreter `;` parts them.
 */
export function commandsOf(line: string, interpreter: string | undefined): (readonly [string, ...string[]])[] {
  const commands = interpreter === undefined ? line.split(";").map(words) : [[...words(interpreter), line]];
  return commands.flatMap(([program, ...args]) => (program === undefined ? [] : [[program, ...args] as const]));
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
