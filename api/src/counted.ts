// Numbers in sentences for people.

/** `1 day`, `2 days`. @param many Where it is not `one` with an s: `counted(n, "event was lost", "events were lost")`. */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count} ${Number(count) === 1 ? one : many}`;
}
