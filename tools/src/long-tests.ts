// Every test that takes longer than a minute, a row each: what npm test leaves to npm run test:all, and CI runs in turns.

export type LongTest = {
  /** For `npm run test:long -- NAME`. */
  readonly name: string;
  /** On two cores without KVM, rounded up. */
  readonly minutes: number;
  readonly proves: string;
  /** Run one at a time, so that their deadlines mean something. Those of *.root.slow.test.ts are left out for ordinary users. */
  readonly files: readonly [string, ...string[]];
  /** A tool that is not Debian's to bring: without it the row is named as not run. */
  readonly needs?: "go" | "python3";
};

export const longTests: readonly LongTest[] = [
  {
    name: "hook-build",
    minutes: 6,
    proves: "Hook and the disk image are built of Debian's packages, twice the same, with every driver that is named",
    files: ["hook/src/build-hook.slow.test.ts", "hook/src/image/install-debian.slow.test.ts"],
  },
  {
    name: "hook-boots",
    minutes: 6,
    proves: "the in-memory OS starts on the smallest machines, and says what a poor one lacks",
    files: ["hook/src/hook-boots.slow.test.ts"],
  },
  {
    name: "packages",
    minutes: 1,
    proves: "Debian packages are fetched and unpacked by whoever may not install them",
    files: ["debian/src/unpack-packages.slow.test.ts"],
  },
  {
    name: "action-images",
    minutes: 3,
    proves: "the standard actions do in their images what they promise, on real disks and file systems",
    files: ["actions/src/build/action-images.root.slow.test.ts"],
  },
  {
    name: "firmware",
    minutes: 3,
    proves: "SeaBIOS, iPXE and OVMF load what Boots gives them, by PXE and by HTTP, over IPv4 beside IPv6",
    files: ["server/boots-netboot/src/firmware.slow.test.ts"],
  },
  {
    name: "leases",
    minutes: 2,
    proves: "Debian's DHCP clients and relay renew, rebind and release what Boots leased",
    files: ["server/boots-netboot/src/foreign-leases.slow.test.ts"],
  },
  {
    name: "malformed",
    minutes: 8,
    proves: "a million malformed datagrams to DHCP and TFTP end nothing, and known machines are answered between them",
    files: ["server/boots-netboot/src/thread/malformed-datagrams.slow.test.ts"],
  },
  {
    name: "largest-file",
    minutes: 2,
    proves: "atftp reads a file of 4 GiB to its end over TFTP, every byte where it belongs",
    files: ["server/boots-netboot/src/tftp-largest-file.slow.test.ts"],
  },
  {
    name: "ends",
    minutes: 1,
    proves: "a server that a hall asks ends soon however it is told to, and one that is killed leaves nothing behind",
    files: ["tink-cli/src/commands/server/up-ends.slow.test.ts"],
  },
  {
    name: "bad-disk",
    minutes: 2,
    proves:
      "machines get addresses and files while the server's disk is full, and while each flush takes 100 ms, or a second",
    files: ["tink-cli/src/commands/server/up-bad-disk.slow.test.ts"],
  },
  {
    name: "beside-dnsmasq",
    minutes: 2,
    proves: "every kind of firmware boots by our files where dnsmasq answers DHCP, set up as the example says",
    files: ["tink-cli/src/commands/server/up-beside-dnsmasq.slow.test.ts"],
  },
  {
    name: "lab",
    minutes: 1,
    proves: "a lab starts, takes machines, powers them and is destroyed without a trace",
    files: ["tink-cli/src/commands/lab/lab.slow.test.ts"],
  },
  {
    name: "lab-steps",
    minutes: 4,
    proves: "the lines that tink lab prints, typed as they stand, install a machine",
    files: ["e2e/src/lab-steps.e2e.ts"],
  },
  {
    name: "walk",
    minutes: 8,
    proves:
      "docs/walk-homelab.md, typed from its first command to its last, installs UEFI machines that are logged in to",
    files: ["e2e/src/pages/walk-homelab.e2e.ts"],
  },
  {
    name: "kexec",
    minutes: 5,
    proves: "an installation that ends by kexec is reported, and its machine never restarts",
    files: ["e2e/src/kexecs.e2e.ts"],
  },
  {
    name: "killed-server",
    minutes: 6,
    proves: "a server killed at random moments of an installation loses nothing and does nothing twice",
    files: ["e2e/src/survives-kills.e2e.ts"],
  },
  {
    name: "kubernetes",
    minutes: 8,
    proves:
      "a real kube-apiserver answers the same requests as our resource API does, but where the page says otherwise",
    files: ["conformance/src/kubernetes/same-answers.slow.test.ts"],
    needs: "go",
  },
  {
    name: "informer",
    minutes: 3,
    proves:
      "client-go's informer is told of each change once over restarts of the server, and lists again where history ends",
    files: ["conformance/src/informer/informer.slow.test.ts"],
    needs: "go",
  },
  {
    name: "clients",
    minutes: 2,
    proves:
      "Python's clients and kubectl, old and new, make, list, patch, watch, wait for and delete our kinds as they do Kubernetes",
    files: ["conformance/src/python/python-clients.slow.test.ts", "conformance/src/kubectl/kubectls.slow.test.ts"],
    needs: "python3",
  },
];

/** The two that npm test does not leave out: one whole installation for each firmware. */
export const installations = ["e2e/src/installs-from-power-on.e2e.ts", "e2e/src/keeps-running.e2e.ts"];
