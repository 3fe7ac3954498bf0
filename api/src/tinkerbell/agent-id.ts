// The ids of workers, which are mostly MAC addresses: people and templates write those in either case.

/** Every spelling under which a worker's workflows may be found. */
export function spellingsOf(agentID: string): string[] {
  return [...new Set([agentID, agentID.toLowerCase(), agentID.toUpperCase()])];
}
