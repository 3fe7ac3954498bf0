// Tells the thread of packets of all machines, and of each change of one.
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { PacketThread } from "@neverland/packet-thread/packet-thread.ts";
import type { MachineChange, ToThread } from "./thread-messages.ts";

/** Machines told in one message: copying them takes a few milliseconds. */
const mostChanges = 256;

/** Resolves when it has been told of all there are. @returns Ends telling it of changes. */
export async function tellMachines(index: MachineIndex, thread: PacketThread): Promise<() => void> {
  let changes: MachineChange[] = [];
  const flush = (): void => {
    if (changes.length > 0) thread.send({ say: "machines", changes } satisfies ToThread);
    changes = [];
  };
  const add = (change: MachineChange): void => {
    if (changes.length === 0) setImmediate(flush);
    changes.push(change);
    if (changes.length === mostChanges) flush();
  };
  const unfollow = index.follow({
    upserted: (hardware) => add({ known: whatIsAnswered(hardware) }),
    removed: ({ namespace, name }) => add({ gone: { namespace, name } }),
  });
  // What changes from here on is told as a change, and comes after this.
  const all = [...index.records()];
  for (const [at, { metadata }] of all.entries()) {
    const hardware = index.get(metadata);
    if (hardware !== undefined) add({ known: whatIsAnswered(hardware) });
    if (at % mostChanges === 0) await new Promise(setImmediate);
  }
  flush();
  return unfollow;
}

/** What the thread knows of a machine is what it needs for an answer. */
function whatIsAnswered({ metadata, spec }: KnownHardware): KnownHardware {
  const { namespace, name, resourceVersion = "" } = metadata;
  return {
    metadata: { namespace, name, resourceVersion },
    spec: spec?.interfaces ? { interfaces: spec.interfaces } : {},
  };
}
