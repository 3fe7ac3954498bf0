// What becomes of a machine whose Hardware lets it netboot and that has nothing to do.

/**
 * `always`: it netboots, and its worker waits in the in-memory system, as Tinkerbell has it. `unless-installed`: so, unless its last workflow
 * succeeded: then it goes on to its disk. `never`: it goes on to its disk.
 */
export const netbootsWithoutWork = ["unless-installed", "always", "never"] as const;
export type NetbootWithoutWork = (typeof netbootsWithoutWork)[number];
