// The table of what may happen to a machine: each type of MachineEvent, what it means, and what is made of it.
// Everything that records or reads events takes a type from here, so that a renamed one breaks the build.

/** `step`: the machine came further. `refusal`: it asked for something and did not get it. `failure`: something went wrong. */
export type EventSort = "step" | "refusal" | "failure" | "note";

/** Where it happens: among machines, which nobody trusts, or among people and programs with a token. */
export type EventPlane = "boot" | "management";

/** What an event marks on the way from power-on to login; the stage bill and `tink explain` read these. */
export type EventMark =
  | "power"
  | "address"
  | "router"
  | "loader"
  | "script"
  | "kernel"
  | "worker"
  | "action-start"
  | "action-end"
  /** What is refused is how a machine that is not to be netbooted any more is sent on to its disk. */
  | "turned-away"
  | "metadata"
  | "phoned-home"
  | "login";

export type EventTypeInfo = {
  readonly sort: EventSort;
  readonly plane: EventPlane;
  /** One sentence for people, without the full stop. */
  readonly meaning: string;
  /** What to do about it where no reason says more. */
  readonly todo?: string;
  /** Seen only when a machine starts, so that it tells a restart: a renewed lease does not. */
  readonly showsStart?: true;
  readonly mark?: EventMark;
  /** Seen from outside: the machine itself did nothing. */
  readonly isNoSign?: true;
  /** To whoever gave one command: it is no reason of where a machine or a workflow stands. */
  readonly isAnswer?: true;
};

const step = { sort: "step", plane: "boot" } as const;
const start = { ...step, showsStart: true } as const;
const refusal = { sort: "refusal", plane: "boot" } as const;
/** Of what people wrote: no machine was there. */
const record = { sort: "refusal", plane: "management" } as const;
const workflow = { sort: "step", plane: "management" } as const;
const failure = { sort: "failure", plane: "management" } as const;

export const eventTypes = {
  PoweredOn: { ...start, mark: "power", meaning: "the machine was switched on" },
  PoweredOff: { ...step, isNoSign: true, meaning: "the machine was switched off" },
  Reset: { ...start, mark: "power", meaning: "the machine was restarted" },
  MachineDied: {
    ...{ sort: "failure", plane: "boot", isNoSign: true },
    meaning: "the virtual machine ended by itself",
    todo: "read the message; then start it again",
  },

  DhcpOffer: { ...start, mark: "address", meaning: "the machine was offered its address" },
  DhcpAck: { ...step, mark: "address", meaning: "the machine was given its address" },
  DhcpNak: { ...refusal, meaning: "the machine asked for an address that is not its own and was told so" },
  DhcpIgnored: { ...refusal, mark: "turned-away", meaning: "a DHCP message was not answered" },
  DhcpLeftOut: { ...refusal, meaning: "the machine was told less by DHCP than its Hardware says, or something else" },
  DhcpFaulty: {
    ...{ sort: "note", plane: "boot" },
    meaning: "a DHCP message of the machine breaks the protocol's rules, and was answered by what could be read of it",
    todo: "nothing while the machine boots; else look for newer firmware",
  },
  DhcpRelease: { ...step, meaning: "the machine gave its address back" },
  DhcpDecline: { ...refusal, meaning: "somebody says in the machine's name that its address is in use by another one" },
  RouterAdvertised: { ...step, mark: "router", meaning: "iPXE was told that there is no IPv6 router to wait for" },
  Ipv6BootRefused: { ...refusal, meaning: "firmware was told that there is nothing to boot over IPv6" },
  HardwareAmbiguous: { ...record, meaning: "several Hardware claim what only one machine can have" },
  HardwareUnusable: { ...record, meaning: "the machine's Hardware cannot be used as it is" },

  NearMacHeard: {
    ...record,
    meaning: "a machine without Hardware asked, whose MAC is nearly that of one that is waited for",
  },

  TftpRead: { ...start, mark: "loader", meaning: "the machine read a boot file over TFTP" },
  TftpRefused: { ...start, ...refusal, mark: "turned-away", meaning: "a TFTP request was answered with an error" },
  TftpIgnored: { ...refusal, mark: "turned-away", meaning: "a TFTP request was not answered" },
  TftpBrokenOff: {
    ...refusal,
    meaning: "the machine stopped reading a boot file over TFTP",
    todo: "nothing when it reads the file again: firmware does that to learn its size; else look at cables and MTU",
  },
  BinaryServed: { ...start, mark: "loader", meaning: "the machine was given a boot file over HTTP" },
  ScriptServed: { ...start, mark: "script", meaning: "iPXE was given the machine's script" },
  KernelServed: { ...start, mark: "kernel", meaning: "the machine read the in-memory system's kernel" },
  InitrdServed: { ...step, mark: "kernel", meaning: "the machine read the in-memory system's initial RAM disk" },
  FileServed: { ...step, meaning: "the machine read a file" },
  HttpRefused: { ...start, ...refusal, mark: "turned-away", meaning: "a machine's HTTP request was refused" },
  ServerFault: {
    ...{ sort: "failure", plane: "boot" },
    meaning: "this server could not give a machine what it asked for, by a fault on its own side",
  },
  ConnectionClosed: {
    ...refusal,
    meaning:
      "there were too many connections, so that one was closed: the one idle for longest, or else the new one; or too many requests waited on that one",
  },
  HttpBrokenOff: { ...refusal, meaning: "the machine stopped reading a file", todo: "nothing when it reads it again" },
  ImageServed: { ...step, meaning: "the machine pulled an action's image from this server" },
  ImageNotFound: { ...refusal, meaning: "the machine asked for an image that this server does not have" },

  MetadataServed: { ...start, mark: "metadata", meaning: "the installed system asked who it is" },
  UserDataServed: { ...step, mark: "metadata", meaning: "the installed system read its user data" },
  MetadataRefused: { ...refusal, meaning: "metadata was asked for and not given" },
  PhonedHome: { ...start, mark: "phoned-home", meaning: "the installed system said that it is up" },
  SshReady: { ...step, mark: "login", meaning: "someone logged in to the installed system" },

  WorkerAsked: { ...step, mark: "worker", meaning: "the machine's worker asked for work" },
  WorkerRefused: { ...refusal, meaning: "someone spoke as a machine's worker and was refused" },
  WorkerMoved: { ...refusal, meaning: "a machine's worker spoke from another address than a moment ago" },
  ActionHandedOutAgain: {
    ...refusal,
    meaning: "an action that had not ended was handed out again, so that two may be at work on the machine",
  },
  ActionStarted: { ...step, mark: "action-start", meaning: "an action was started" },
  ActionSucceeded: { ...step, mark: "action-end", meaning: "an action succeeded" },
  ActionFailed: {
    ...{ sort: "failure", plane: "boot", mark: "action-end" },
    meaning: "an action failed",
    todo: "tink logs workflow/NAME shows what it printed",
  },
  ActionTimedOut: {
    ...{ sort: "failure", plane: "boot", mark: "action-end" },
    meaning: "an action took longer than its timeout",
    todo: "tink logs workflow/NAME shows how far it came; give it more time in the template",
  },
  ActionReported: { ...step, meaning: "a worker said something else of an action" },
  ReportIgnored: { ...refusal, meaning: "a worker's report changed nothing" },

  WorkflowPreparing: { ...workflow, meaning: "the workflow's machine is being prepared" },
  WorkflowPending: { ...workflow, meaning: "the workflow waits for the machine's worker" },
  WorkflowRunning: { ...workflow, meaning: "the workflow's actions have begun" },
  WorkflowSucceeded: { ...workflow, meaning: "the workflow succeeded" },
  WorkflowFailed: { ...failure, meaning: "the workflow failed" },
  WorkflowQueued: {
    ...workflow,
    meaning: "the workflow waits for another one of its machine",
    todo: "wait, or cancel the one that is before it",
  },
  WorkflowRenderedAnew: {
    ...workflow,
    meaning:
      "the workflow was rendered anew, since what it is rendered of was changed before any action of it was given out",
  },
  WorkflowKept: {
    ...record,
    meaning: "the workflow stays as it was rendered, although it was changed",
    todo: "read the message; to run what it says now, cancel it and retry it",
  },
  WorkflowRetried: { ...workflow, meaning: "the workflow was begun again" },
  RetryRefused: {
    ...record,
    isAnswer: true,
    meaning: "the workflow was not begun again, although that was asked for",
    todo: "read the message; then ask again",
  },
  WorkflowDeleted: { ...workflow, meaning: "the workflow was deleted while its actions were being run" },
  WorkflowOutputKept: {
    ...workflow,
    meaning: "the workflow was deleted, and what its actions printed is kept for a while",
    todo: "tink logs workflow/NAME shows it",
  },
  ActionStopping: {
    ...workflow,
    meaning: "an action is being stopped, since its workflow was deleted or cancelled",
    todo: "nothing when its worker says that it ended; else switch the machine off before you use it again",
  },
  WorkflowTimedOut: { ...failure, meaning: "the workflow ran out of time" },
  TemplateFailed: {
    ...failure,
    meaning: "the workflow's template does not render",
    todo: "mend the Template and apply it; the workflow then starts by itself",
  },
  HardwareGone: {
    ...failure,
    meaning: "the Hardware of a workflow that is under way was deleted",
    todo: "apply the Hardware again, or delete the workflow",
  },
  WorkerMismatch: {
    ...failure,
    meaning: "a workflow names one machine's Hardware, and its tasks are for another machine's worker",
    todo: "compare the MAC in the Workflow's hardwareMap with the one in the Hardware, and apply the right one",
  },
  HardwareHeld: {
    ...workflow,
    meaning: "the machine's Hardware was deleted and stays until a workflow's actions have ended",
    todo: "wait, or cancel the workflow",
  },
  NetbootAllowed: { ...workflow, meaning: "the machine may netboot, for a workflow" },
  NetbootForbidden: { ...workflow, meaning: "the permission to netboot was taken back" },
  BootJobFailed: { ...failure, meaning: "the machine's management controller did not do what a workflow asked for" },
  ObjectExpired: {
    ...workflow,
    meaning: "what had been over for as long as such things are kept was removed, or goes once its finalizers are gone",
  },

  EventsLeftOut: {
    ...{ sort: "note", plane: "management" },
    meaning: "more was said than is written down; the message says how much and since when",
    todo: "nothing for a moment's noise; else find out who sends so much",
  },
} as const satisfies Record<string, EventTypeInfo>;

export type EventType = keyof typeof eventTypes;

const byName: ReadonlyMap<string, EventTypeInfo> = new Map(Object.entries(eventTypes));

/** @param type As stored. @returns `undefined` for a type of an older or newer server. */
export function eventTypeInfo(type: string): EventTypeInfo | undefined {
  return byName.get(type);
}

/** What an event of this type marks on the way to a login. */
export function markOf(type: string): EventMark | undefined {
  return byName.get(type)?.mark;
}

/** Whether it was the machine itself that did something: a packet, a request, a worker's call. What controllers and people do is none. */
export function isSignOfLife(type: string): boolean {
  const info = byName.get(type);
  return info?.plane === "boot" && info.isNoSign !== true;
}
