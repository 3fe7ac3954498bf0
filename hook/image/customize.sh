# Run inside the new system, by its own shell, when all packages are installed.
set -eu
# It converts old systems, and brings all of Perl for that; usr-is-merged does for one that was right from the beginning.
apt-mark auto '?name(perl)' >/dev/null
apt-get purge -y -qq --autoremove -o APT::AutoRemove::RecommendsImportant=false -o APT::AutoRemove::SuggestsImportant=false usrmerge
rm -f /etc/cloud/cloud.cfg.d/90_dpkg.cfg /etc/ssh/ssh_host_*
systemctl enable systemd-networkd.service systemd-resolved.service ssh.service grow-root.service
# Nothing may start in the first minutes that nobody asked for.
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer systemd-pstore.service systemd-networkd-persistent-storage.service cloud-init-hotplugd.socket
# This stage looks for sources on the machine itself and writes the network's configuration; here there is neither.
systemctl mask cloud-init-local.service
passwd --lock root
version=$(ls /lib/modules)
mktirfs -o "/boot/initrd.img-$version" "$version"
ln -sf "boot/vmlinuz-$version" /vmlinuz
ln -sf "boot/initrd.img-$version" /initrd.img
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id
echo localhost >/etc/hostname
printf '127.0.0.1 localhost\n::1 localhost\n' >/etc/hosts
# Compiled once here instead of at each start on the machine.
python3 -m compileall -q /usr/lib/python3/dist-packages
ldconfig
# dpkg's exclusions come too late for the first packages, which are unpacked without it.
rm -rf /usr/share/locale/*/LC_* /usr/share/man/* /usr/share/info/* /usr/share/lintian
find /usr/share/doc -type f ! -name copyright -delete
find /usr/share/doc -type l -delete
find /usr/share/doc -type d -empty -delete
# /tmp and apt's lists are left to mmdebstrap. The configuration that keeps its apt inside is a file in this /tmp: without it,
# its last `apt-get update` without sources would empty the lists of the machine we build on.
rm -rf /var/cache/debconf/*-old /var/cache/ldconfig/* /var/log/*.log /var/log/apt /var/tmp/*

