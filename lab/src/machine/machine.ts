// One machine of the rack: power button, reset, serial port, and a disk that keeps what is written to it.
import { EventEmitter } from "node:events";
import { writeFile } from "node:fs/promises";
import { type Patience, within } from "../deadline.ts";
import { LabError } from "../lab-error.ts";
import type { Cable, PluggedCable } from "../network/cable.ts";
import { type Accelerator, qemuArguments } from "../qemu/qemu-command.ts";
import { diedError, type QemuExit, type QemuProcess, startQemu } from "../qemu/qemu-process.ts";
import type { QmpEvent } from "../qemu/qmp.ts";
import type { LabEvent, LabEventBody } from "./lab-event.ts";
import { type MachineFolder, prepareMachineFolder } from "./machine-files.ts";
import type { MachineSpec } from "./machine-spec.ts";
import { SerialLines } from "./serial-lines.ts";

export interface MachineDeps {
  readonly cable: Cable;
  readonly accelerator: Accelerator;
  readonly folder: MachineFolder;
  readonly nowMs: () => number;
  /** Default `qemu-system-x86_64`. */
  readonly program?: string;
}

interface Running {
  readonly qemu: QemuProcess;
  readonly plugged: PluggedCable;
  /** Settles once QEMU is gone, its cable is out and the event is told. */
  readonly ended: Promise<void>;
  offBy: "lab" | "guest" | undefined;
}

const startTimeoutMs = 20_000;
const commandTimeoutMs = 5_000;
// What iPXE prints before it waits two seconds for somebody who wants its command line.
const ipxePrompt = /Press Ctrl-B for the iPXE command line/;

export class LabMachine {
  readonly spec: MachineSpec;
  readonly #deps: MachineDeps;
  readonly #events = new EventEmitter();
  #running: Running | undefined;
  #powerOns = 0;
  #starting = false;
  /** Whether anything came from the serial port since power-on or the last reset. */
  #hasSpoken = false;

  constructor(spec: MachineSpec, deps: MachineDeps) {
    this.spec = spec;
    this.#deps = deps;
    this.#events.setMaxListeners(0);
  }

  get folder(): MachineFolder {
    return this.#deps.folder;
  }

  get isOn(): boolean {
    return this.#running !== undefined;
  }

  /** Of QEMU, while the machine is on. */
  get pid(): number | undefined {
    return this.#running?.qemu.pid;
  }

  /** The capture of the latest power-on. */
  get captureFile(): string {
    return this.folder.capture(this.#powerOns);
  }

  /** Resolves when the machine runs. A machine that is on stays on. @throws {LabError} `qemu-died`, `program-missing`. */
  async powerOn(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined || this.#starting) return;
    this.#starting = true;
    try {
      await this.#start(signal);
    } finally {
      this.#starting = false;
    }
  }

  /** Pulls the plug. The disk keeps what the guest had written. */
  async powerOff(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.offBy = "lab";
    const patience: Patience = { timeoutMs: commandTimeoutMs };
    await running.qemu.qmp.execute("quit", {}, patience).catch(() => undefined);
    await within("QEMU's end", patience, () => running.ended).catch(() => running.qemu.kill());
    await running.ended;
  }

  async powerCycle(signal: AbortSignal): Promise<void> {
    await this.powerOff();
    await this.powerOn(signal);
  }

  /** The reset button: memory is lost, QEMU goes on. */
  reset(signal: AbortSignal): Promise<void> {
    return this.#command("system_reset", signal);
  }

  /** A short press of the power button, which the operating system may heed (ACPI). */
  pressPowerButton(signal: AbortSignal): Promise<void> {
    return this.#command("system_powerdown", signal);
  }

  /** Types at the serial port. */
  typeSerial(text: string): void {
    this.#mustRun().qemu.serialInput.write(text);
  }

  /** Calls back on each event until the returned function is called. */
  onEvent(listener: (event: LabEvent) => void): () => void {
    this.#events.on("event", listener);
    return () => this.#events.off("event", listener);
  }

  /** Waits for an event that is yet to come. @throws {LabError} `qemu-died` at once, `timeout`, `aborted`. */
  waitFor(what: string, matches: (event: LabEvent) => boolean, patience: Patience): Promise<LabEvent> {
    const found = Promise.withResolvers<LabEvent>();
    const stop = this.onEvent((event) => {
      if (matches(event)) found.resolve(event);
      else if (event.type === "died") found.reject(event.error);
    });
    return within(`${what} of machine ${this.spec.name}`, patience, () => found.promise).finally(stop);
  }

  /** Waits for a line of the serial port that is yet to come. */
  async waitForSerial(pattern: RegExp, patience: Patience): Promise<string> {
    const event = await this.waitFor(
      `serial line ${pattern}`,
      (event) => event.type === "serial-line" && pattern.test(event.line),
      patience,
    );
    return event.type === "serial-line" ? event.line : "";
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { folder, accelerator, cable, program = "qemu-system-x86_64" } = this.#deps;
    await prepareMachineFolder(folder, this.spec);
    this.#powerOns += 1;
    const plugged = cable.plug();
    const args = qemuArguments(this.spec, folder.files(this.#powerOns), plugged.link, accelerator);
    await writeFile(folder.commandLine, `${[program, ...args].join(" \\\n  ")}\n`);
    try {
      const onSerial = this.#serialReader();
      const start = { machine: this.spec.name, program, args, inheritFd: plugged.inheritFd, onSerial };
      const qemu = await startQemu(start, { signal, timeoutMs: startTimeoutMs });
      this.#watch(qemu, plugged);
    } catch (error) {
      await plugged.unplug();
      throw error;
    }
  }

  #watch(qemu: QemuProcess, plugged: PluggedCable): void {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const running: Running = { qemu, plugged, ended, offBy: undefined };
    this.#running = running;
    qemu.qmp.onEvent((event) => this.#heed(event, running));
    this.#tell({ type: "powered-on" });
    void qemu.exited
      .then(async (exit) => {
        await plugged.unplug();
        this.#running = undefined;
        this.#tell(this.#lastWord(running, exit));
      })
      .finally(resolve);
  }

  #lastWord(running: Running, exit: QemuExit): LabEventBody {
    if (running.offBy !== undefined) return { type: "powered-off", by: running.offBy };
    return { type: "died", error: diedError(this.spec.name, exit) };
  }

  #heed({ event, data }: QmpEvent, running: Running): void {
    if (event === "RESET") this.#heedReset(data.guest === true ? "guest" : "lab");
    if (event === "SHUTDOWN") running.offBy ??= data.guest === true ? "guest" : "lab";
  }

  /** SeaBIOS resets the chipset several times over for one reboot: only the first, after some output, is news. */
  #heedReset(by: "lab" | "guest"): void {
    if (by === "lab" || this.#hasSpoken) this.#tell({ type: "reset", by });
    this.#hasSpoken = false;
  }

  #serialReader(): (chunk: Buffer) => void {
    const lines = new SerialLines();
    let hurried = false;
    return (chunk) => {
      this.#hasSpoken = true;
      for (const line of lines.push(chunk)) this.#tell({ type: "serial-line", line });
      const prompted = this.spec.hurryIpxe && ipxePrompt.test(lines.unfinished);
      // Any key but Ctrl-B ends the wait, and iPXE goes on as if the time were over.
      if (prompted && !hurried) this.#running?.qemu.serialInput.write(" ");
      hurried = prompted;
    };
  }

  async #command(command: string, signal: AbortSignal): Promise<void> {
    await this.#mustRun().qemu.qmp.execute(command, {}, { signal, timeoutMs: commandTimeoutMs });
  }

  #mustRun(): Running {
    if (this.#running === undefined)
      throw new LabError("not-running", `machine ${this.spec.name} is off; power it on first`);
    return this.#running;
  }

  #tell(body: LabEventBody): void {
    const event: LabEvent = { ...body, machine: this.spec.name, mac: this.spec.mac, atMs: this.#deps.nowMs() };
    this.#events.emit("event", event);
  }
}
