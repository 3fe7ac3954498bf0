// What a system is called: by its Hardware's instance, and where that says nothing by what else the Hardware has, for
// cloud-init takes an empty id for a folder and an empty name for none.
import { oneLine } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";

export type InstanceIdentity = { readonly id: string; readonly hostname: string };

/** Neither is empty. Without an id the first card's MAC is one: it stays when the Hardware is deleted and applied again. */
export function instanceIdentity({ spec, metadata }: KnownHardware): InstanceIdentity {
  const { id, hostname } = spec?.metadata?.instance ?? {};
  const cards = (spec?.interfaces ?? []).map(({ dhcp }) => dhcp);
  return {
    id: firstOf(id, ...cards.map((dhcp) => dhcp?.mac)) ?? metadata.name,
    hostname: firstOf(hostname, ...cards.map((dhcp) => dhcp?.hostname)) ?? metadata.name,
  };
}

/** What is left of a text as one line, if anything is. */
function firstOf(...texts: readonly (string | null | undefined)[]): string | undefined {
  return texts.map((text) => oneLine(text ?? "")).find((text) => text !== "");
}
