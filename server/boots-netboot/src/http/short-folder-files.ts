// What of a folder's files is short and in memory, for machines that are known: the way of the route beside it, without the waits. What
// this does not answer that route does, with the refusals.
import type { EventType } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { FileCache } from "@neverland/platform/files/file-cache.ts";
import type { FileFault } from "@neverland/platform/files/open-plain-file.ts";
import type { ServedFile } from "@neverland/platform/files/served-file.ts";
import type { FindAnswer, FoundAnswer } from "@neverland/platform/http/short-answers.ts";
import { shortFileAnswer } from "@neverland/platform/http/short-file.ts";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import { findRequester } from "../requester.ts";
import { beginDownload } from "./download-events.ts";
import { pathInFolder } from "./folder-file.ts";

export type ShortFolderDeps = {
  readonly index: MachineIndex;
  readonly gate: EventGate;
  readonly cache: Pick<FileCache, "open" | "openKnown">;
  readonly directory: string | undefined;
  readonly mediaType: string;
  /** Of the event when all of a file was read. */
  readonly eventType: (name: string) => EventType;
};

export function shortFolderFiles(deps: ShortFolderDeps): FindAnswer {
  const { index, gate, cache, directory, mediaType, eventType } = deps;
  return (name, get, address) => {
    const requester = findRequester(index, "", address);
    const path = pathInFolder(directory, name);
    if (!requester.known || typeof path !== "string") return undefined;
    const what = { address, range: get.range, name, type: eventType(name) };
    const over = beginDownload(gate, requester.machine, what);
    const answer = (file: ServedFile | FileFault): FoundAnswer => {
      if ("reason" in file) return undefined;
      return shortFileAnswer(get, { file, mediaType }, (sent) => over(sent, file.version.sizeBytes));
    };
    const known = cache.openKnown(path);
    return known === undefined ? cache.open(path).then(answer) : answer(known);
  };
}
