import assert from "node:assert/strict";
import { test } from "node:test";
import { type BootContact, BootContacts } from "./boot-contacts.ts";

const mac = "52:54:00:00:00:01";
const subject = { namespace: "lab", hardware: "m1", mac };
const machine = { namespace: "lab", agentID: mac };

test("a machine was last seen starting when it asked anew, not when it renewed a lease", () => {
  const contacts = new BootContacts();
  contacts.note(subject, "DhcpOffer", 1000);
  contacts.note(subject, "DhcpAck", 2000);
  assert.equal(contacts.bootContactMs(machine), 1000);
  assert.equal(contacts.bootContactMs({ ...machine, hardware: "m1" }), 1000);
  assert.equal(contacts.bootContactMs({ ...machine, hardware: "m2" }), undefined);
  assert.equal(contacts.bootContactMs({ ...machine, namespace: "other", hardware: "m1" }), undefined);
});

test("what is read back later does not hide what was seen since", () => {
  const contacts = new BootContacts();
  contacts.note(subject, "MetadataServed", 2000);
  contacts.note(subject, "DhcpOffer", 1000);
  assert.equal(contacts.bootContactMs({ ...machine, hardware: "m1" }), 2000);
});

test("whoever waits for a machine to start is told at once, until it no longer listens", () => {
  const contacts = new BootContacts();
  const heard: BootContact[] = [];
  const end = contacts.onBootContact((contact) => heard.push(contact));
  contacts.note(subject, "DhcpOffer", 1000);
  contacts.note(subject, "DhcpAck", 1500);
  end();
  contacts.note(subject, "DhcpOffer", 2000);
  assert.deepEqual(heard, [{ ...subject, atMs: 1000 }]);
});

test("made-up MACs push no machine with Hardware out, nor each other beyond their number", () => {
  const contacts = new BootContacts();
  contacts.note(subject, "DhcpOffer", 1000);
  for (let n = 0; n < 120_000; n++) contacts.note({ namespace: "default", mac: `02:${n}` }, "HttpRefused", 2000);
  assert.equal(contacts.bootContactMs(machine), 1000);
  assert.equal(contacts.bootContactMs({ ...machine, agentID: "02:0" }), undefined);
  assert.equal(contacts.bootContactMs({ ...machine, agentID: "02:119999" }), 2000);
});
