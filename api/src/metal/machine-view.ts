// MachineView (metal.neverland.dev/v1alpha1): where one machine stands, as one answer. Made by the server, and read only.
import { z } from "zod";
import { viewHealths, viewStates } from "../view/view-states.ts";

const text = z.string();
const time = text.nullish();
const namesOf = <Name extends string>(table: { readonly [N in Name]: string }) =>
  Object.keys(table) as [Name, ...Name[]]; // keys of a table

export const machineViewMembers = {
  state: z.enum(namesOf(viewStates)).describe("Where it stands."),
  health: z.enum(namesOf(viewHealths)).describe("Whether somebody should look at it."),
  reason: text.describe("Why it stands there, as one word."),
  message: text.describe("What it waits for, and what to do, as a sentence."),
  macs: z.array(text).describe("MACs of its interfaces, lower case with colons."),
  addresses: z
    .array(text)
    .nullish()
    .describe("Addresses of its interfaces; of an unknown machine the one it speaks from."),
  serial: text.nullish().describe("Its serial number, where its Hardware or its worker says it."),
  power: z.enum(["on", "off"]).nullish().describe("Absent while nobody can tell."),
  workflow: text.nullish().describe("The workflow that tells most of it, in its namespace."),
  action: z
    .looseObject({
      name: text.describe("The action's name."),
      number: z.int().describe("The how-manieth it is, from 1."),
      of: z.int().describe("How many the workflow has."),
    })
    .nullish()
    .describe("Of that workflow: the action that is next or runs, and the how-manieth of how many it is."),
  percent: z.int().nullish().describe("Of that workflow: how much of its actions is done, from 0 to 100."),
  since: time.describe("RFC 3339: since when it is in this state."),
  deadline: time.describe("RFC 3339: when what is waited for is given up."),
  lastSeen: time.describe("RFC 3339: when the machine itself was last heard, up to five minutes behind."),
  owner: text.nullish().describe("Who has the machine: KIND/NAME."),
};

type Members = { [Name in keyof typeof machineViewMembers]: z.infer<(typeof machineViewMembers)[Name]> };
type Optional = { [Name in keyof Members]: null extends Members[Name] ? Name : never }[keyof Members];
/** What a MachineView has beside its metadata. */
export type MachineViewContent = Omit<Members, Optional> & { [Name in Optional]?: Members[Name] };
