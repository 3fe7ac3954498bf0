// What a registry asks for when it answers 401 (RFC 9110 §11.6.1; the token flow of the distribution project).

import { OciError } from "../oci-error.ts";

export type Credentials = { readonly username: string; readonly password: string };

export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service?: string; readonly scope?: string };

/** The first challenge we can answer; `undefined` when there is none. Parameters may be quoted or bare. */
export function parseChallenge(header: string): Challenge | undefined {
  const bearer = /\bbearer\s+(.*)$/is.exec(header.slice(0, 4096));
  const parameters = new Map<string, string>();
  for (const match of (bearer?.[1] ?? "").matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    const [, name = "", quoted, bare = ""] = match;
    parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, "$1"));
  }
  const realm = parameters.get("realm");
  if (bearer !== null && realm !== undefined) {
    const [service, scope] = [parameters.get("service"), parameters.get("scope")];
    return {
      scheme: "bearer",
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined ? {} : { scope }),
    };
  }
  return /\bbasic\b/i.test(header) ? { scheme: "basic" } : undefined;
}

export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Where to get a token to pull `repository`.
 *  @throws {OciError} `unauthorized` when the registry names no usable URL, or an http one although it is reached by https. */
export function tokenUrl(challenge: Challenge & { scheme: "bearer" }, repository: string, registryUrl: URL): URL {
  const url = URL.canParse(challenge.realm) ? new URL(challenge.realm) : undefined;
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && registryUrl.protocol === "http:");
  if (url === undefined || !secure)
    throw new OciError(
      "unauthorized",
      `${registryUrl.host} wants a token from "${challenge.realm.slice(0, 200)}", which is not an https URL.`,
    );
  if (challenge.service !== undefined) url.searchParams.set("service", challenge.service);
  url.searchParams.set("scope", challenge.scope ?? `repository:${repository}:pull`);
  return url;
}
