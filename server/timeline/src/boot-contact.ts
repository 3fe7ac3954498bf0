// When a machine was last seen starting, read from its timeline.
import type { MachineEvent } from "@neverland/api";
import type { TypedStore } from "@neverland/store/typed-resources.ts";

/** A renewed lease is not among them: only what a machine does when it starts. */
const startEvents: readonly string[] = [
  "PoweredOn",
  "Reset",
  "DhcpOffer",
  "TftpRead",
  "TftpRefused",
  "BinaryServed",
  "ScriptServed",
  "HttpRefused",
  "KernelServed",
  "MetadataServed",
  "PhonedHome",
];

export type StartingMachine = {
  readonly namespace: string;
  readonly agentID: string;
  /** Name of its Hardware. */
  readonly hardware?: string | undefined;
};

/** @returns Milliseconds since 1970 by the server's clock; `undefined` when it was never seen. */
export async function lastBootContactMs(
  events: Pick<TypedStore<MachineEvent>, "list">,
  { namespace, agentID, hardware }: StartingMachine,
): Promise<number | undefined> {
  const subject =
    hardware === undefined
      ? { key: "spec.mac", values: [agentID.toLowerCase()] }
      : { key: "spec.hardware", values: [hardware] };
  const fields = [
    { ...subject, operator: "in" },
    { key: "spec.type", operator: "in", values: startEvents },
  ] as const;
  const { items } = await events.list({ namespace, fields });
  const times = items.map(({ spec }) => Date.parse(spec?.time ?? "")).filter((ms) => !Number.isNaN(ms));
  return times.length === 0 ? undefined : Math.max(...times);
}
