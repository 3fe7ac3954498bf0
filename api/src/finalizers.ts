// What holds an object that is to go until what it had of a machine is taken back.

/** On a Workflow while its machine has something that was lent for it, or its worker an action. */
export const takeBackFinalizer = "metal.neverland.dev/take-back";
/** On a Hardware that is to go while actions are run on its machine. */
export const inUseFinalizer = "metal.neverland.dev/in-use";
