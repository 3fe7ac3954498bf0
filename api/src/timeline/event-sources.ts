// The table of who records events: each source, and what it speaks of.

export const eventSources = {
  "boots/dhcp": "Boots' DHCP",
  "boots/tftp": "Boots' TFTP",
  "boots/http": "Boots' HTTP: scripts, boot files, the in-memory system, disk images",
  machines: "the memory of all Hardware: records that cannot be used",
  "boot-plane": "faults of the boot plane: its HTTP listener, and the thread that answers DHCP and TFTP",
  "oci-registry": "the registry of action images",
  hegel: "Hegel: metadata and user data",
  "tink-server": "Tink Server: workers and their reports",
  "workflow-controller": "the controller that brings workflows forward",
  "hardware-controller": "the controller that says how Hardware is served, and keeps it while it is used",
  "action-logs": "what actions print: what of it is kept",
  retention: "the removal of what has had its day",
  timeline: "the timeline itself: what was left out",
  lab: "the virtual rack: its machines' power",
  demo: "the demo",
} as const;

export type EventSource = keyof typeof eventSources;
