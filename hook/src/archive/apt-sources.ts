// Where this machine gets Debian from, read from its own apt configuration, so that a site's mirror is used and none is named here.
/** One suite of one repository: the facts of one `apt-get indextargets` line. */
export type Suite = { readonly uri: string; readonly release: string; readonly keyring: string | undefined };

/** The `--format` for `apt-get indextargets` that `parseIndexTargets` reads. */
export const indexTargetFormat = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(SIGNED_BY)";

/**
 * The Debian suites among all those that apt knows. Other vendors' repositories are left out: a build must not depend on them.
 * @param text Output of `apt-get indextargets`, one line per package list. A field apt does not know stays `$(NAME)`.
 * @returns None when apt has never read its lists: it then does not say what it would read.
 */
export function parseIndexTargets(text: string): Suite[] {
  const suites = new Map<string, Suite>();
  for (const line of text.split("\n")) {
    const [uri, release, component, origin, signedBy] = line.split("|");
    if (uri === undefined || release === undefined || component !== "main" || !isDebian(origin, signedBy)) continue;
    const keyring = signedBy?.startsWith("/") ? signedBy : undefined;
    suites.set(`${uri} ${release}`, { uri, release, keyring });
  }
  return [...suites.values()];
}

function isDebian(origin: string | undefined, signedBy: string | undefined): boolean {
  // Before the first `apt-get update` apt has not read the Release file, and so does not know the origin.
  if (origin === undefined || origin.startsWith("$(")) return /debian-archive/.test(signedBy ?? "");
  return origin === "Debian";
}

/** Text of a sources.list with the given components of each suite. */
export function sourcesList(suites: readonly Suite[], components: readonly string[], keyring: string): string {
  return suites
    .map(
      (suite) => `deb [signed-by=${suite.keyring ?? keyring}] ${suite.uri} ${suite.release} ${components.join(" ")}\n`,
    )
    .join("");
}
