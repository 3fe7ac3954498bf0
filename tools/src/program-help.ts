// --help of the repository's own programs: what npm runs.

/** Says the text when the arguments ask for it, by --help or -h before any `--`. @returns Whether they did. */
export function saysHelp(args: readonly string[], text: string, write = (line: string) => console.log(line)): boolean {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  if (!options.some((arg) => arg === "--help" || arg === "-h")) return false;
  write(text);
  return true;
}
