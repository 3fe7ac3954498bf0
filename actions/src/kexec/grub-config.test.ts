import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { defaultEntry } from "./grub-config.ts";

/** In the form that Debian's grub-mkconfig gives it: conditions, functions, quotes, a submenu, ids in a variable. */
const debian = (setDefault: string): string => `
set pager=1
if [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
else
   ${setDefault}
fi
${setDefault}
function savedefault {
  if [ -z "\${boot_once}" ]; then
    saved_entry="\${chosen}"
  fi
}
menuentry 'Debian GNU/Linux' --class debian --class os $menuentry_id_option 'gnulinux-simple' {
	load_video
	if [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
	search --no-floppy --fs-uuid --set=root 0a1b
	linux	/boot/vmlinuz-6.1.0-42-amd64 root=UUID=0a1b ro  quiet "opt=two words" $vt_handoff
	initrd	/boot/intel-ucode.img /boot/initrd.img-6.1.0-42-amd64
}
submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced' {
	menuentry 'Debian, 6.1.0-42' --class debian $menuentry_id_option 'gnulinux-42' {
		linux	/boot/vmlinuz-6.1.0-42-amd64 root=UUID=0a1b ro
	}
	menuentry 'Debian, 6.1.0-10' --class debian $menuentry_id_option 'gnulinux-10' {
		linux	($root)/boot/vmlinuz-6.1.0-10-amd64 root=UUID=0a1b ro single
		initrd	/boot/initrd.img-6.1.0-10-amd64
	}
}
`;

const newest = {
  title: "Debian GNU/Linux",
  kernel: "/boot/vmlinuz-6.1.0-42-amd64",
  initrds: ["/boot/intel-ucode.img", "/boot/initrd.img-6.1.0-42-amd64"],
  commandLine: "root=UUID=0a1b ro quiet opt=two words",
};
const older = {
  title: "Debian, 6.1.0-10",
  kernel: "/boot/vmlinuz-6.1.0-10-amd64",
  initrds: ["/boot/initrd.img-6.1.0-10-amd64"],
  commandLine: "root=UUID=0a1b ro single",
};

for (const [choice, expected] of [
  ["0", newest],
  ["1>1", older],
  ["gnulinux-advanced>gnulinux-10", older],
  ["Advanced options>Debian, 6.1.0-10", older],
  ["9", newest],
] as const) {
  const config = debian(`set default="${choice}"`);
  test(`default="${choice}" boots ${expected.kernel}`, () => {
    assert.deepEqual(defaultEntry(config), expected);
  });
  test(`GRUB itself takes the test's text for default="${choice}"`, () => {
    execFileSync("grub-script-check", { input: config });
  });
}

test("a choice that only GRUB's own environment knows leaves the first entry", () => {
  assert.deepEqual(defaultEntry(debian(['set default="$', '{saved_entry}"'].join(""))), newest);
});

test("text without an entry boots nothing", () => {
  assert.equal(defaultEntry("set timeout=5\nmenuentry 'Firmware' {\n fwsetup\n}\n"), undefined);
});

for (const text of ["}}}}", "menuentry {", "linux /x", "menuentry 'a' {\nlinux", "set default="])
  test(`${JSON.stringify(text)} is read without a fault`, () => {
    assert.doesNotThrow(() => defaultEntry(text));
  });
