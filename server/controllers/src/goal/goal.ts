// How far an object is from what was wanted, as the conditions that kubectl, Flux, Helm and Argo CD read: Ready, Reconciling, Stalled.
import { goalConditionTypes, type ObjectCondition } from "@neverland/api";

export type Goal = {
  /** `moving`: it gets there by itself. `stalled`: only a change of it, or a person, helps. `resting`: nothing is wanted of it now. */
  readonly is: "reached" | "moving" | "stalled" | "resting";
  /** In CamelCase. */
  readonly reason: string;
  /** A sentence. */
  readonly message: string;
};

type Holder = {
  readonly observedGeneration?: number | undefined;
  readonly conditions?: readonly ObjectCondition[] | null | undefined;
};

const beside = { moving: "Reconciling", stalled: "Stalled", reached: undefined, resting: undefined } as const;

/**
 * The status with what the goal says, the other conditions left as they are. What does not hold is not there, as kstatus wants it;
 * a condition that says what it said keeps its time (`lastTransitionTime`, RFC 3339).
 * @returns The same object when it says all of that already.
 */
export function withGoal<Status extends Holder>(status: Status, goal: Goal, generation: number, time: string): Status {
  const { reason, message } = goal;
  const before = status.conditions ?? [];
  const condition = (type: string, value: "True" | "False"): ObjectCondition => {
    const old = before.find((each) => each.type === type);
    const lastTransitionTime = old?.status === value ? (old.lastTransitionTime ?? time) : time;
    return { type, status: value, reason, message, lastTransitionTime, observedGeneration: generation };
  };
  const other = beside[goal.is];
  const wanted = [
    condition("Ready", goal.is === "reached" ? "True" : "False"),
    ...(other === undefined ? [] : [condition(other, "True")]),
  ];
  if (status.observedGeneration === generation && isSaid(before, wanted)) return status;
  const conditions = [...before.filter(({ type }) => !goalConditionTypes.has(type)), ...wanted];
  return { ...status, observedGeneration: generation, conditions };
}

/** Asked at every step of every workflow. */
function isSaid(before: readonly ObjectCondition[], wanted: readonly ObjectCondition[]): boolean {
  const known = before.filter(({ type }) => goalConditionTypes.has(type));
  return (
    known.length === wanted.length &&
    wanted.every((each, at) => {
      const old = known[at];
      return (
        old?.type === each.type &&
        old.status === each.status &&
        old.reason === each.reason &&
        old.message === each.message &&
        old.observedGeneration === each.observedGeneration
      );
    })
  );
}
