// The form that cloud-init's phone_home module posts: who the machine says it is.

const fields = ["instance_id", "hostname", "fqdn"] as const;
const longestValue = 253;

/** What is worth keeping of the form; the host keys in it are not taken for true, since anyone on the network can post. */
export function readPhoneHome(body: string): Record<string, string> {
  const form = new URLSearchParams(body);
  const entries = fields.map((field) => [field, form.get(field)?.slice(0, longestValue) ?? ""] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}
