// The table of reasons: why a machine did not get what it asked for, or why something went wrong, and how to mend that.

export type EventReasonInfo = {
  /** One sentence for people, without the full stop. */
  readonly meaning: string;
  /** What to do, as `tink explain` says it after "next:". */
  readonly mend: string;
};

const nothing = "nothing for a single one; else find out who sends it";
const late = "nothing: what was known before stands";

export const eventReasons = {
  // Who asks
  UnknownMachine: { meaning: "no Hardware has this MAC or address", mend: "apply a Hardware with this MAC" },
  AmbiguousHardware: {
    meaning: "several Hardware have this MAC or address",
    mend: "change all but one of the Hardware that claim the same MAC or address",
  },
  DuplicateClaim: {
    meaning:
      "several Hardware claim the same MAC, address, worker or instance id, so that none of them is answered by it",
    mend: "change what the message names in all but one of the Hardware that claim it",
  },
  WorkerOfOtherMachine: {
    meaning: "the workflow's tasks are for a worker that is not the machine of its Hardware",
    mend: "put the machine's MAC into the Workflow's hardwareMap and apply it, which has it rendered anew, or the worker's into the Hardware",
  },
  NearMac: {
    meaning: "two MACs differ so little that one of them may be mistyped",
    mend: "compare the MAC in the Hardware with the machine's sticker or firmware, and apply the right one",
  },
  NotOfItsSchema: {
    meaning: "the Hardware has a value that cannot be read, so the machine counts as unknown",
    mend: "put right what the message names, and apply the Hardware again",
  },
  AddressOfAnotherMachine: {
    meaning: "the request came from the address of one machine and was for another",
    mend: "find out which program on the first machine asks in the other's name",
  },
  UnknownAddress: {
    meaning: "no Hardware has the caller's address",
    mend: "set the address in the Hardware's interface, and see that the machine uses the one it gets by DHCP; name a proxy or NAT gateway with --trusted-proxy",
  },
  UnreadableAddress: {
    meaning: "the caller's address cannot be read",
    mend: "look at what the proxy puts into X-Forwarded-For",
  },

  // DHCP
  NotARequest: { meaning: "the DHCP message is an answer, not a question", mend: nothing },
  NoEthernetAddress: { meaning: "the client has no Ethernet address", mend: "nothing: only Ethernet is served" },
  NoMessageType: { meaning: "the message is BOOTP, not DHCP", mend: "set the firmware to PXE or HTTP boot" },
  NotForServers: { meaning: "the message is of a type that is not for servers", mend: nothing },
  DhcpDisabled: {
    meaning: "the Hardware says that DHCP is done by another server",
    mend: "nothing when there is one; else take disableDhcp out of the Hardware's interface",
  },
  NoAddressReserved: {
    meaning: "the Hardware has no address for this interface",
    mend: "set dhcp.ip.address in the Hardware's interface",
  },
  ValueUnusable: {
    meaning: "the Hardware has values that DHCP cannot tell the machine as they stand",
    mend: "put right what the message names and apply the Hardware again; the machine is told at its next DHCP request",
  },
  ReplyTooLong: {
    meaning: "the machine takes no DHCP reply that holds all of its settings",
    mend: "nothing when the machine boots: its operating system takes more; else shorten what the message names",
  },
  OtherServerChosen: {
    meaning: "the machine took another DHCP server's offer",
    mend: "nothing when that server is to give addresses (--no-dhcp); else find it and end it",
  },
  AddressInUse: {
    meaning: "another machine uses the reserved address",
    mend: "find the machine that uses the address, or change the reservation",
  },
  DeclineUnproved: {
    meaning: "somebody says in the machine's name that its address is in use, and nobody else was found who has it",
    mend: "nothing when the machine boots; if it goes on, look for a machine that uses the address now and then, and for a program that sends DECLINEs in the machine's name",
  },
  NotItsAddress: { meaning: "the machine speaks of an address that is not its own", mend: nothing },
  NoAddressInRequest: { meaning: "the machine asks for no address in particular", mend: nothing },
  WrongAddress: {
    meaning: "the machine asked for an address that it had elsewhere",
    mend: "nothing: the machine asks for the right address next",
  },
  UnreadablePacket: { meaning: "the packet breaks its protocol's rules", mend: nothing },
  SendFailed: {
    meaning: "the answer could not be sent",
    mend: "read the message: the network card is down, or a firewall on this server refuses",
  },

  // Boot files
  NetbootNotAllowed: {
    meaning: "the Hardware does not let the machine netboot",
    mend: "nothing when it is to boot its disk; else apply a Workflow for it, which lends the permission, and take allowPXE: false out of the Hardware",
  },
  UnknownArchitecture: {
    meaning: "there is no boot file for this kind of firmware",
    mend: "name a boot file for this architecture in the server's settings",
  },
  FileNotLent: { meaning: "the file is not one that is lent", mend: "check the file's name in the Hardware" },
  NoSuchFile: {
    meaning: "the file is not in the folder that is served",
    mend: "put the file into the folder that the message names, or mend the URL that asks for it",
  },
  NoSuchRoute: {
    meaning: "the machine asked for something that no part of this server serves, or in a way that none takes",
    mend: "look at the URL in the Hardware, the iPXE script or the template that asks for it",
  },
  UnreadableRequest: {
    meaning: "what came is no HTTP request that can be read",
    mend: "look at what asks: its URL has characters that belong in none, or it speaks something else, such as HTTPS",
  },
  HookNotBuilt: {
    meaning: "the in-memory system's files are not there",
    mend: "make them with: tink hook build; or say where they are (boots.hook.dir, boots.hook.url)",
  },
  FileUnreadable: {
    meaning: "a file that this server hands out cannot be read",
    mend: "look at the file's owner and mode, and at the disk; the message names the file",
  },
  TooManyOpenFiles: {
    meaning: "this server has no file descriptor left",
    mend: "raise the limit of open files (ulimit -n, LimitNOFILE=), or find out who keeps so many connections",
  },
  InternalFault: {
    meaning: "this server could not answer by a fault of its own",
    mend: "read the server's log of that moment and report what it says",
  },
  PacketThreadEnded: {
    meaning: "the part of this server that answers DHCP and TFTP failed, and began again",
    mend: "nothing for a single one: machines ask again; else read the server's log of that moment and report what it says",
  },
  FileNotReady: {
    meaning: "a boot file was not read from the disk in time",
    mend: "look whether the disk or this server is overloaded; the machine asks again",
  },
  TooManyTransfers: {
    meaning: "too many files are being read at once, by its address or by all",
    mend: "nothing for a single one: the machine asks again; else look at the TftpRead and TftpBrokenOff events for who reads so much",
  },
  WriteRefused: { meaning: "the machine wanted to write a file", mend: "nothing: this server takes no files" },
  ModeRefused: {
    meaning: "TFTP was asked for another mode than octet or netascii",
    mend: "set the client to binary (octet)",
  },
  NotInLayout: {
    meaning: "the image is in none of this server's layouts",
    mend: "add the image to the layout (tink hook build makes it), or name its own registry in the template",
  },

  // Workers
  NoWorkflow: {
    meaning: "no workflow is for this worker",
    mend: "apply a Workflow whose template renders `worker` to this worker's id",
  },
  TwoAddresses: {
    meaning: "two programs speak with the id of one worker, or its machine has got another address",
    mend: "find out whether a second machine was given the same worker id",
  },
  TwoWriters: {
    meaning: "the worker was started again in the middle of an action, whose container may live on",
    mend: "look at the machine's console for two containers of the action, and restart the machine if there are two; Hook's own worker (tink hook build) goes on with what an earlier life of it began",
  },
  TooManyConnections: {
    meaning:
      "one address, or all together, have more connections than machines need, or more requests wait on one of them",
    mend: "find out which program on that machine connects so often; name a proxy or NAT gateway with --trusted-proxy; where there are that many machines, raise the limit of open files (ulimit -n, LimitNOFILE=)",
  },
  TooManyWaiting: {
    meaning: "too many workers that nobody knows are waiting",
    mend: "apply a Hardware for each machine that is to be known; else find out who makes up workers",
  },
  CallNotWhole: {
    meaning: "a worker's call did not come whole: nothing more came of it, or newer ones needed its room",
    mend: "nothing for a single one: the worker sends it again; else look at the machine's network, or find out who begins calls and ends none",
  },
  TooManyStreams: {
    meaning: "workers have more streams open than machines need, and the oldest made room for newer ones",
    mend: "nothing for a single one: the worker sends again what was not answered; else find out who opens streams and ends none",
  },
  NoSuchCall: {
    meaning: "the worker makes a call that this server does not have",
    mend: "boot the machine with the worker of this version (tink hook build)",
  },
  InventoryTooLong: {
    meaning: "what the worker found in the machine is too long to be kept with its Hardware",
    mend: "nothing for the machine; rule sets that match what was found do not see it",
  },
  WorkflowsFinished: { meaning: "all workflows of this worker are over", mend: "apply a new Workflow for more" },
  MachineBeingPrepared: {
    meaning: "the machine is being prepared and restarts",
    mend: "nothing: it goes on by itself",
  },
  WorkflowsForbidden: {
    meaning: "the Hardware forbids workflows on its machine (allowWorkflow: false)",
    mend: "nothing when the machine is to be left alone; else take allowWorkflow: false out of the Hardware",
  },
  OtherWorkersTurn: { meaning: "another worker's task comes first", mend: "see to that worker" },
  WorkflowStopping: { meaning: "the workflow was deleted or cancelled", mend: "nothing" },
  WorkflowWrappingUp: { meaning: "the workflow has done its actions", mend: "nothing: it ends by itself" },
  OtherWorkflow: { meaning: "the report is for an earlier workflow of the same name", mend: late },
  WorkflowFinished: { meaning: "the report came after the workflow had ended", mend: late },
  NotStarted: { meaning: "the report came before the workflow was handed out", mend: late },
  UnknownAction: { meaning: "the workflow has no such action", mend: late },
  OtherAgent: { meaning: "the action is another worker's", mend: "see that no two workers run the same workflow" },
  NotItsTurn: { meaning: "an earlier action has not succeeded", mend: late },
  AlreadyEnded: { meaning: "the action had ended before", mend: late },
  SaysNothing: { meaning: "the report says nothing", mend: late },

  // Workflows
  ActionFailed: { meaning: "an action failed", mend: "tink logs workflow/NAME shows what it printed" },
  ActionTimeout: {
    meaning: "an action took longer than its timeout",
    mend: "tink logs workflow/NAME shows how far it came; give it more time in the template",
  },
  GlobalTimeout: {
    meaning: "the workflow took longer than the template's global_timeout",
    mend: "give it more time in the template",
  },
  Cancelled: { meaning: "the workflow was cancelled", mend: "tink workflow retry NAME when it is to run again" },
  Deleted: { meaning: "the workflow was deleted", mend: "nothing" },
  InUse: { meaning: "a workflow runs actions on the machine", mend: "wait, or tink workflow cancel NAME" },
  OtherWorkflowFirst: {
    meaning: "another workflow of the machine is before it",
    mend: "wait, or cancel the one that is before it",
  },
  UnderWay: { meaning: "the workflow is under way", mend: "tink workflow cancel NAME, then ask again" },
  NoSuchAction: { meaning: "the workflow has no action of that name", mend: "name one that the message names" },
  WorkerNeverCame: {
    meaning: "no worker asked for the workflow's first action in time",
    mend: "tink explain MACHINE says how far the machine came",
  },
  WorkerGone: { meaning: "the worker did not ask for the next action in time", mend: "look at the machine's console" },
  WorkerSilent: { meaning: "the worker did not report an action's end in time", mend: "look at the machine's console" },
  PreparingTimeout: {
    meaning: "preparing the machine took too long",
    mend: "look at the machine's management controller",
  },
  PostTimeout: { meaning: "wrapping up took too long", mend: "look at the machine's management controller" },
  NoHardware: { meaning: "the Hardware that is named does not exist", mend: "apply it, or change hardwareRef" },
  NoTemplate: { meaning: "the Template that is named does not exist", mend: "apply it, or change templateRef" },
  NoTemplateRef: { meaning: "the workflow names no Template", mend: "set spec.templateRef in the Workflow" },
  TemplateUnusable: {
    meaning: "the Template has a value that cannot be read",
    mend: "put right what the message names, and apply the Template again",
  },
  HeldByOther: { meaning: "another workflow of the machine needs it", mend: "nothing: that workflow takes it back" },
  NoBMCSupport: {
    meaning: "the workflow's bootMode needs a management controller",
    mend: "take bootMode out of the workflow and switch the machine on by hand",
  },
  Error: { meaning: "what the message says", mend: "mend what the message says" },

  QemuDied: { meaning: "the virtual machine's process ended by itself", mend: "read the message, start it again" },
  DiskFailed: {
    meaning: "the server's disk took nothing for a while",
    mend: "free some space in the server's data folder",
  },
  TooManyEvents: {
    meaning: "more was said in a short time than is written down",
    mend: "nothing for a moment's noise; else find out who sends so much",
  },
} as const satisfies Record<string, EventReasonInfo>;

export type EventReason = keyof typeof eventReasons;

const byName: ReadonlyMap<string, EventReasonInfo> = new Map(Object.entries(eventReasons));

/** @param reason As stored. @returns `undefined` for a reason of an older or newer server. */
export function eventReasonInfo(reason: string): EventReasonInfo | undefined {
  return byName.get(reason);
}

/** A condition's reason as one of an event; `undefined` when it is not one that explains a fault (`Complete`). */
export function asEventReason(reason: string | null | undefined): EventReason | undefined {
  return reason && byName.has(reason) ? (reason as EventReason) : undefined; // a key of the table
}
