// Why a connection to a registry broke, in words for whoever set it up, where there is something to do about it.

const untrusted = "its certificate is by no authority that is trusted here";
/** By the code of Node's error, and where that says too little of OpenSSL's. */
const known: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_HAS_EXPIRED: "its certificate has expired, or the clock here is wrong",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or the clock here is wrong",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  ENOTFOUND: "there is no such host; check the image's name and the name servers",
  EAI_AGAIN: "its name could not be looked up; check the name servers",
};

/** @param host With its port. @returns A clause without its full stop: `ECONNREFUSED: connect ECONNREFUSED 10.0.0.9:443`. */
export function connectionFault(error: unknown, host: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : error.name;
  if (/wrong version number|packet length too long|unknown protocol/.test(error.message))
    return `it does not speak TLS there; a registry of plain HTTP has to be named as one, by insecure_registries=${host} on Hook's kernel command line`;
  const message = error.message.replace(/\s+/g, " ").trim();
  return known[code] === undefined ? `${code}: ${message}` : `${known[code]} (${code})`;
}
