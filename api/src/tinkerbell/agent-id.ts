// The ids of workers, which are mostly MAC addresses: people, templates and in-memory systems write those in several ways.

const macForm = /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12})$/;

/** One worker has one, however its id is written: in lower case, and a MAC with colons. */
export function agentKey(agentID: string): string {
  const id = agentID.toLowerCase();
  if (!macForm.test(id)) return id;
  return pairsOf(id).join(":");
}

/** Every spelling under which a worker's workflows may be found. */
export function spellingsOf(agentID: string): string[] {
  const key = agentKey(agentID);
  const plain = [agentID, agentID.toLowerCase(), agentID.toUpperCase()];
  if (!macForm.test(key)) return [...new Set(plain)];
  const digits = pairsOf(key).join("");
  const forms = [key, key.replaceAll(":", "-"), digits.match(/.{4}/g)?.join(".") ?? "", digits];
  return [...new Set([...plain, ...forms, ...forms.map((form) => form.toUpperCase())])];
}

function pairsOf(mac: string): readonly string[] {
  return mac.replace(/[^0-9a-f]/g, "").match(/../g) ?? [];
}
