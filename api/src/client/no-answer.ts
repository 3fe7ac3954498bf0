// Why a server gave no answer, and what to do: of TLS, what is wrong is mostly on the side of who asks.

const wrongAuthority =
  "its certificate is not signed by the CA that is named here. Give the server's own, DATA_DIR/tls/ca.crt, as --certificate-authority, TINK_CA or in the kubeconfig";
const notTls = "it does not speak TLS there. Is it http:// (a server with api.plainHttp), or another program's port?";

/** By the code of Node or OpenSSL. */
const ofTls: ReadonlyMap<string, string> = new Map([
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", wrongAuthority],
  ["SELF_SIGNED_CERT_IN_CHAIN", wrongAuthority],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", wrongAuthority],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", wrongAuthority],
  ["CERT_SIGNATURE_FAILURE", wrongAuthority],
  [
    "CERT_HAS_EXPIRED",
    "its certificate is over. Is this machine's clock right? A server renews its own while it runs: look at its log",
  ],
  ["CERT_NOT_YET_VALID", "its certificate is not good yet. Is this machine's clock right?"],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "its certificate is for other names: ask by one of those, or add this one on the server with --api-name",
  ],
  ["ERR_SSL_WRONG_VERSION_NUMBER", notTls],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", notTls],
  ["EPROTO", notTls],
]);

/** What follows "got no answer: ". */
export function whyNoAnswer(error: unknown): string {
  const advice = ofTls.get(codeOf(error) ?? "");
  const reason = reasonOf(error);
  // Node's own advice is for who wrote the program.
  if (advice !== undefined) return `${(reason.split(";")[0] ?? reason).trim()}: ${advice}`;
  return `${reason}. Is the server running, and is this its address?`;
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}
