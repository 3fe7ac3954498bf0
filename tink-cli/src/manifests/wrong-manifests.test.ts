// Manifests that are wrong, one slip each: where it is told, what is told, and that nothing of the file is applied.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { formatFault, readManifest } from "@neverland/api/manifest";
import { type CliBench, openCliBench } from "../testing/cli-bench.ts";
import { hardware, template, workflow } from "../testing/right-manifests.ts";
import { checkManifests } from "./manifest-checks.ts";

/** What the slip is, the file, what is changed in it, and what is told. */
const slips: readonly (readonly [what: string, file: string, from: string, to: string, told: string])[] = [
  [
    "a kind that there is not",
    hardware,
    "kind: Hardware",
    "kind: Hardwear",
    "site.yaml:2:7: kind: there is no Hardwear in tinkerbell.org/v1alpha1; did you mean Hardware?",
  ],
  [
    "another version",
    hardware,
    "tinkerbell.org/v1alpha1",
    "tinkerbell.org/v1",
    "site.yaml:1:13: apiVersion: there is no Hardware in tinkerbell.org/v1; it is in tinkerbell.org/v1alpha1",
  ],
  ["no kind", hardware, "kind: Hardware\n", "", "site.yaml:1:1: kind: expected string, but it is missing"],
  ["no name", hardware, "  name: m1\n", "", "site.yaml:4:3: metadata.name: expected a name"],
  [
    "a name with capitals",
    hardware,
    "name: m1",
    "name: M1",
    "site.yaml:4:9: metadata.name: Invalid value: \"M1\": must be a lower case DNS name of at most 253 letters, digits, '-' and '.', such as machine-1",
  ],
  [
    "a label with a blank",
    hardware,
    "rack: a",
    "rack: a b",
    "site.yaml:6:11: metadata.labels.rack: Invalid value: \"a b\": must be at most 63 letters, digits, '-', '_', '.'",
  ],
  [
    "a label that is a number",
    hardware,
    "rack: a",
    "rack: 1",
    "site.yaml:6:11: metadata.labels.rack: expected string, found 1; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a field twice",
    hardware,
    "        hostname: m1",
    "        mac: 52:54:00:00:00:02",
    'site.yaml:13:9: no valid YAML: Map keys must be unique: "mac" is here for the second time',
  ],
  [
    "a list that is no list",
    hardware,
    "    - device: /dev/sda",
    "      device: /dev/sda",
    'site.yaml:9:7: spec.disks: expected list, found {"device":"/dev/sda"}: put "- " before its first key',
  ],
  [
    "a quote that is not closed",
    hardware,
    '"#cloud-config"',
    '"#cloud-config',
    'site.yaml:24:1: no valid YAML: Missing closing "quote',
  ],
  ["spec is misspelt", hardware, "\nspec:", "\nspecs:", 'site.yaml:7:1: unknown field "specs"; did you mean "spec"?'],
  [
    "a field misspelt: disks",
    hardware,
    "  disks:",
    "  disk:",
    'site.yaml:8:3: unknown field "spec.disk"; did you mean "disks"?',
  ],
  [
    "a field misspelt: mac",
    hardware,
    "        mac:",
    "        macc:",
    'site.yaml:12:9: unknown field "spec.interfaces[0].dhcp.macc"; did you mean "mac"?',
  ],
  [
    "a field misspelt: hostname",
    hardware,
    "hostname:",
    "hostnme:",
    'site.yaml:13:9: unknown field "spec.interfaces[0].dhcp.hostnme"; did you mean "hostname"?',
  ],
  [
    "a field in other letters: allowPXE",
    hardware,
    "allowPXE",
    "allowPxe",
    'site.yaml:22:9: unknown field "spec.interfaces[0].netboot.allowPxe"; did you mean "allowPXE"?',
  ],
  [
    "a field in other letters: userData",
    hardware,
    "userData",
    "userdata",
    'site.yaml:23:3: unknown field "spec.userdata"; did you mean "userData"?',
  ],
  ["a field that nothing is like", hardware, "userData", "colour", 'site.yaml:23:3: unknown field "spec.colour"'],
  [
    "a field at the wrong place",
    hardware,
    "        lease_time: 86400",
    "        allowPXE: true",
    'site.yaml:14:9: unknown field "spec.interfaces[0].dhcp.allowPXE"',
  ],
  [
    "a MAC with dashes",
    hardware,
    "52:54:00:00:00:01",
    "52-54-00-00-00-01",
    "site.yaml:12:14: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01: write 52:54:00:00:00:01",
  ],
  [
    "a MAC in capitals",
    hardware,
    "52:54:00:00:00:01",
    "52:54:00:AA:00:01",
    "site.yaml:12:14: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01: write 52:54:00:aa:00:01",
  ],
  [
    "a MAC of five bytes",
    hardware,
    "52:54:00:00:00:01",
    "52:54:00:00:01",
    "site.yaml:12:14: spec.interfaces[0].dhcp.mac: expected a MAC address in lower case with colons, such as 52:54:00:00:00:01",
  ],
  [
    "an address with a byte too large",
    hardware,
    "192.168.1.50",
    "192.168.1.500",
    'site.yaml:16:20: spec.interfaces[0].dhcp.ip.address: expected an address such as 192.0.2.10, found "192.168.1.500"',
  ],
  [
    "an address with its prefix",
    hardware,
    "192.168.1.50",
    "192.168.1.50/24",
    'site.yaml:16:20: spec.interfaces[0].dhcp.ip.address: expected an address, found "192.168.1.50/24": write 192.168.1.50, and the length as netmask: 255.255.255.0',
  ],
  [
    "an address that is a name",
    hardware,
    "192.168.1.50",
    "node-1",
    'site.yaml:16:20: spec.interfaces[0].dhcp.ip.address: expected an address such as 192.0.2.10, found "node-1"',
  ],
  [
    "a mask with holes",
    hardware,
    "255.255.255.0",
    "255.0.255.0",
    'site.yaml:17:20: spec.interfaces[0].dhcp.ip.netmask: expected a netmask, found "255.0.255.0": its ones do not stand together',
  ],
  [
    "a mask as a length",
    hardware,
    "255.255.255.0",
    '"24"',
    'site.yaml:17:20: spec.interfaces[0].dhcp.ip.netmask: expected a netmask such as 255.255.255.0, found "24": write 255.255.255.0',
  ],
  [
    "a mask as a number",
    hardware,
    "255.255.255.0",
    "24",
    "site.yaml:17:20: spec.interfaces[0].dhcp.ip.netmask: expected string, found 24; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes",
  ],
  [
    "a gateway that is none",
    hardware,
    "gateway: 192.168.1.1",
    "gateway: router",
    'site.yaml:18:20: spec.interfaces[0].dhcp.ip.gateway: expected an address such as 192.0.2.10, found "router"',
  ],
  [
    "a name server by its name",
    hardware,
    "          - 192.168.1.1",
    "          - dns.example",
    'site.yaml:20:13: spec.interfaces[0].dhcp.name_servers[0]: expected an address such as 192.0.2.10, found "dns.example"; DHCP tells machines addresses, no names',
  ],
  [
    "a host name with a blank",
    hardware,
    "hostname: m1",
    "hostname: a_b c",
    "site.yaml:13:19: spec.interfaces[0].dhcp.hostname: expected a host name of letters, digits, '-' and '.', found \"a_b c\": take away \" \"",
  ],
  [
    "a lease in words",
    hardware,
    "86400",
    "1d",
    'site.yaml:14:21: spec.interfaces[0].dhcp.lease_time: expected number, found "1d": seconds are written as a number alone: 86400',
  ],
  [
    "a lease below nothing",
    hardware,
    "86400",
    "-1",
    "site.yaml:14:21: spec.interfaces[0].dhcp.lease_time: expected seconds, 0 or more",
  ],
  [
    "a flag as a word",
    hardware,
    "allowPXE: true",
    'allowPXE: "yes"',
    'site.yaml:22:19: spec.interfaces[0].netboot.allowPXE: expected boolean, found "yes": write true, without quotes',
  ],
  [
    "a disk without its folder",
    hardware,
    "/dev/sda",
    "sda",
    'site.yaml:9:15: spec.disks[0].device: expected a disk\'s path such as /dev/sda, found "sda": write /dev/sda',
  ],
  [
    "no template at all",
    template,
    "    name: t1\n    global",
    "    global",
    "site.yaml:7:5: name: the workflow needs a name of 1 to 199 bytes, this has 0",
  ],
  [
    "a key misspelt: timeout",
    template,
    "            timeout:",
    "            timout:",
    "site.yaml:18:13: tasks[0].actions[0].timout: unknown key timout is ignored; did you mean timeout?",
  ],
  [
    "a key misspelt: environment",
    template,
    "environment:",
    "enviroment:",
    "site.yaml:19:13: tasks[0].actions[0].enviroment: unknown key enviroment is ignored; did you mean environment?",
  ],
  [
    "a key misspelt: global_timeout",
    template,
    "global_timeout",
    "global_timout",
    "site.yaml:9:5: global_timout: unknown key global_timout is ignored; did you mean global_timeout?",
  ],
  [
    "an action without an image",
    template,
    "            image: image2disk:latest\n",
    "",
    "site.yaml:16:13: tasks[0].actions[0].image: action write has no valid image (): no image is named",
  ],
  [
    "an image that is none",
    template,
    "image2disk:latest",
    "Image2Disk latest",
    "site.yaml:17:20: tasks[0].actions[0].image: action write has no valid image (Image2Disk latest): the repository name must be lowercase",
  ],
  [
    "a time in words",
    template,
    "timeout: 90",
    "timeout: 90s",
    "site.yaml:18:22: tasks[0].actions[0].timeout: must be a whole number of seconds, not negative: write 90",
  ],
  [
    "a task without a name",
    template,
    "      - name: install\n        worker",
    "      - worker",
    "site.yaml:11:9: tasks[0].name: a task needs a name of 1 to 199 bytes, this has 0",
  ],
  [
    "a worker that is nothing",
    template,
    '"{{.device_1}}"',
    '""',
    "site.yaml:12:17: tasks[0].worker: task install names no worker: after rendering, worker is empty",
  ],
  [
    "two volumes with one destination",
    template,
    "          - /dev:/dev",
    "          - /dev:/dev\n          - /x:/dev",
    "site.yaml:15:13: tasks[0].volumes[1]: /x:/dev has the destination of /dev:/dev: keep one of them",
  ],
  [
    "an action that is not closed",
    template,
    "{{.device_1}}",
    "{{.device_1}",
    "site.yaml:12:20: template: t1:6: bad character U+007D '}'",
  ],
  [
    "a function that there is not",
    template,
    "{{ index .Hardware.Disks 0 }}",
    "{{ indx .Hardware.Disks 0 }}",
    'site.yaml:20:29: template: t1:14: function "indx" not defined',
  ],
  [
    "a template as an object",
    template,
    "data: |",
    "data:",
    "site.yaml:20:27: no valid YAML: a key must be a text, not a mapping: a value that begins with { or [ goes in quotes",
  ],
  [
    "a reference misspelt",
    workflow,
    "templateRef",
    "templateref",
    'site.yaml:6:3: unknown field "spec.templateref"; did you mean "templateRef"?',
  ],
  [
    "a reference that is a list",
    workflow,
    "hardwareRef: m1",
    "hardwareRef: [m1]",
    'site.yaml:7:16: spec.hardwareRef: expected string, found ["m1"]',
  ],
  [
    "a map that is a list",
    workflow,
    "    device_1: 52",
    "    - device_1: 52",
    'site.yaml:9:5: spec.hardwareMap: expected object, found [{"device_1":"52:54:00:00:00:01"}]',
  ],
  [
    "a boot mode that there is not",
    workflow,
    "  hardwareMap:",
    "  bootOptions: {bootMode: pxe}\n  hardwareMap:",
    'site.yaml:8:27: spec.bootOptions.bootMode: expected one of "netboot", "isoboot", "iso", "customboot", ""',
  ],
];

const told = (text: string): string[] => {
  const manifest = readManifest(text, "site.yaml");
  if (!manifest.ok) return manifest.faults.map(formatFault);
  const { faults, unknown } = checkManifests(manifest.resources);
  return [...faults, ...unknown].map(formatFault);
};
const slipped = ([, file, from, to]: (typeof slips)[number]): string => {
  assert.ok(file.includes(from));
  return file.replace(from, to);
};

test("there are forty, and the files are right without them", () => {
  assert.ok(slips.length >= 40);
  assert.deepEqual([hardware, template, workflow].flatMap(told), []);
});

for (const slip of slips) test(slip[0], () => assert.deepEqual(told(slipped(slip)), [slip[4]]));

let bench: CliBench;
before(async () => {
  bench = await openCliBench();
});
after(() => bench.close());

test("of a folder with all of them each is told, and nothing is applied, not what is right beside them either", async () => {
  const right = hardware.replace("m1", "right").replace("00:01", "00:77");
  await bench.file("wrong/right.yaml", right);
  for (const [at, slip] of slips.entries()) await bench.file(`wrong/${at}.yaml`, slipped(slip));
  const { code, stdout, stderr } = await bench.run("apply", "-f", `${bench.dir}/files/wrong`);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^tink: nothing was applied:\n/);
  const { stdout: left } = await bench.run("get", "hw,tpl,wf", "-o", "name");
  assert.equal(left, "");
});
