// Bodies of Templates in the forms that people have them, with values of our own.

export type TemplateBody = {
  readonly data: string;
  /** What is rendered of it, where functions are called that Go alone has not: each is a part of the text. */
  readonly says?: readonly string[];
};

const head = 'version: "0.1"\nname: ubuntu\nglobal_timeout: 1800\ntasks:\n  - name: os\n    worker: "{{.device_1}}"\n';
const volumes =
  "    volumes:\n      - /dev:/dev\n      - /dev/console:/dev/console\n      - /lib/firmware:/lib/firmware:ro\n";

function action(name: string, environment: Readonly<Record<string, string>>, more = ""): string {
  const lines = Object.entries(environment).map(([key, value]) => `          ${key}: ${value}\n`);
  const image = `        image: registry.example/tinkerbell/actions/${name}:latest\n        timeout: 600\n`;
  return `      - name: ${name}\n${image}${more}${lines.length === 0 ? "" : `        environment:\n${lines.join("")}`}`;
}

function body(...actions: string[]): string {
  return `${head}${volumes}    actions:\n${actions.join("")}`;
}

const partition = "{{ formatPartition ( index .Hardware.Disks 0 ) 1 }}";
const first = "(index .Hardware.Interfaces 0).DHCP";
const file = { DEST_DISK: "/dev/sda1", FS_TYPE: "ext4", UID: "0", GID: "0", MODE: "0600", DIRMODE: "0700" };

export const templateCorpus: Readonly<Record<string, TemplateBody>> = {
  "an image to a named disk": {
    data: body(
      action("image2disk", { DEST_DISK: "/dev/sda", IMG_URL: '"http://192.0.2.2/a.raw.gz"', COMPRESSED: "true" }),
    ),
  },
  "an image by a value of the workflow": {
    data: body(action("image2disk", { DEST_DISK: "/dev/sda", IMG_URL: '"http://192.0.2.2/{{.device_1}}.raw"' })),
  },
  "an image by the Hardware's metadata": {
    data: body(
      action("image2disk", {
        DEST_DISK: "/dev/sda",
        IMG_URL: '"http://192.0.2.2/{{ .hardware.spec.metadata.instance.operating_system.slug }}.raw"',
      }),
    ),
  },
  "the first disk of the Hardware": {
    data: body(action("image2disk", { DEST_DISK: "{{ index .Hardware.Disks 0 }}", IMG_URL: "http://192.0.2.2/a.raw" })),
    says: ["DEST_DISK: /dev/nvme0n1\n"],
  },
  "an OCI artefact with a registry's password": {
    data: body(
      action("oci2disk", {
        DEST_DISK: "/dev/sda",
        IMG_URL: "registry.example/ubuntu:24.04.gz",
        COMPRESSED: "true",
        REGISTRY_USERNAME: "u",
        REGISTRY_PASSWORD: "p",
      }),
    ),
  },
  "an image of QEMU": {
    data: body(action("qemuimg2disk", { DEST_DISK: "/dev/sda", IMG_URL: "http://192.0.2.2/a.qcow2" })),
  },
  "an archive with its checksum": {
    data: body(
      action("archive2disk", {
        ARCHIVE_URL: "http://192.0.2.2/root.tar.gz",
        ARCHIVE_TYPE: "targz",
        DEST_DISK: "/dev/sda3",
        FS_TYPE: "ext4",
        DEST_PATH: "/",
      }),
    ),
  },
  "a file of one line": {
    data: body(
      action("writefile", { ...file, DEST_PATH: "/etc/hostname", CONTENTS: '"{{ .hardware.metadata.name }}"' }),
    ),
  },
  "a file of many lines": {
    data: body(
      action("writefile", {
        ...file,
        DEST_PATH: "/etc/cloud/cloud.cfg.d/10_tinkerbell.cfg",
        CONTENTS:
          "|\n            datasource:\n              Ec2:\n                metadata_urls: [http://192.0.2.2:50061]\n            warnings: {dsid_missing_source: off}",
      }),
    ),
  },
  "a partition of the first disk": {
    data: body(action("writefile", { ...file, DEST_DISK: partition, DEST_PATH: "/etc/hosts", CONTENTS: "x" })),
    says: ["DEST_DISK: /dev/nvme0n1p1\n"],
  },
  "a network by netmask": {
    data: body(
      action("writefile", {
        ...file,
        DEST_PATH: "/etc/netplan/a.yaml",
        CONTENTS: `"{{ ${first}.IP.Address }}/{{ netmaskToPrefixLength ${first}.IP.Netmask }}"`,
      }),
    ),
    says: ['CONTENTS: "192.0.2.10/24"\n'],
  },
  "a network by the older function's name": {
    data: body(
      action("writefile", {
        ...file,
        DEST_PATH: "/etc/netplan/a.yaml",
        CONTENTS: `"{{ netmaskToCIDR ${first}.IP.Netmask }}"`,
      }),
    ),
    says: ['CONTENTS: "24"\n'],
  },
  "a MAC in another spelling": {
    data: body(
      action("writefile", { ...file, DEST_PATH: "/etc/id", CONTENTS: '{{ .device_1 | replace ":" "-" | upper }}' }),
    ),
    says: ["CONTENTS: 52-54-00-12-34-56\n"],
  },
  "a value that may be missing": {
    data: body(
      action("writefile", {
        ...file,
        DEST_PATH: "/etc/id",
        CONTENTS: '{{ get .hardware.spec "vendorData" | default "none" }}',
      }),
    ),
    says: ["CONTENTS: none\n"],
  },
  "a command": {
    data: body(
      action("cexec", {
        BLOCK_DEVICE: "/dev/sda1",
        FS_TYPE: "ext4",
        CHROOT: "y",
        CMD_LINE: '"apt-get update && apt-get -y install curl"',
        DEFAULT_INTERPRETER: '"/bin/sh -c"',
      }),
    ),
  },
  "a root file system that grows": {
    data: body(action("rootio", { MIRROR_HOST: "192.0.2.2" }, '        command: ["partition"]\n')),
  },
  "a kexec": { data: body(action("kexec", { BLOCK_DEVICE: "/dev/sda1", FS_TYPE: "ext4" }, "        pid: host\n")) },
  "a reboot by waitdaemon": {
    data: body(
      "      - name: reboot\n        image: ghcr.io/jacobweinstock/waitdaemon:latest\n        timeout: 90\n        pid: host\n        command: [reboot]\n        environment: {IMAGE: alpine, WAIT_SECONDS: 10}\n        volumes: [/var/run/docker.sock:/var/run/docker.sock]\n",
    ),
  },
  "what is done on failure and on time-out": {
    data: body(
      action(
        "cexec",
        { BLOCK_DEVICE: "/dev/sda1", FS_TYPE: "ext4", CMD_LINE: "true" },
        "        on-failure: [/bin/sh, -c, date]\n        on-timeout: [/bin/sh, -c, date]\n",
      ),
    ),
  },
  "a branch": {
    data: body(
      `{{ if eq .hardware.metadata.name "node-1" }}${action("cexec", { CMD_LINE: "one" })}{{ else }}${action("cexec", { CMD_LINE: "other" })}{{ end }}`,
    ),
  },
  "a loop over interfaces": {
    data: body(
      `{{ range $at, $one := .hardware.spec.interfaces }}${action("cexec", { CMD_LINE: '"{{ $at }} {{ $one.dhcp.mac }}"' })}{{ end }}`,
    ),
  },
  "variables and printf": {
    data: body(
      `{{ $name := printf "%s-%03d" .hardware.metadata.name 7 }}${action("cexec", { CMD_LINE: '"{{ $name }}"' })}`,
    ),
  },
  "a comment and trimmed blanks": {
    data: body(`${action("cexec", { CMD_LINE: '"one {{- ` two` -}} three"' })}{{- /* nothing */}}\n`),
  },
  "two machines in two tasks": {
    data: `${head}    actions:\n${action("cexec", { CMD_LINE: "one" })}  - name: second\n    worker: "{{.device_1}}"\n    actions:\n${action("cexec", { CMD_LINE: "two" })}`,
  },
};
