// dnsmasq as DHCP and TFTP server of a network boot, told to wait for nothing: what one would write by hand after reading much.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

export type DnsmasqNetwork = {
  readonly bridge: string;
  readonly serverAddress: string;
  readonly bootScriptUrl: string;
  readonly mac: string;
  readonly machineAddress: string;
};

/** Binaries come from Debian's package ipxe. The router advertisements end iPXE's wait for IPv6, 176 in option 175 that for ProxyDHCP. */
function configuration(network: DnsmasqNetwork, dir: string): string {
  const { bridge, serverAddress, bootScriptUrl, mac, machineAddress } = network;
  return `port=0
interface=${bridge}
bind-interfaces
no-ping
dhcp-authoritative
dhcp-leasefile=${join(dir, "leases")}
pid-file
user=root
dhcp-range=${machineAddress},static,255.255.255.0,10m
dhcp-host=${mac},${machineAddress}
dhcp-option=option:router,${serverAddress}
enable-ra
dhcp-range=fd77::,ra-only,64,600
enable-tftp
tftp-root=/usr/lib/ipxe
dhcp-userclass=set:ipxe,iPXE
dhcp-match=set:bios,option:client-arch,0
dhcp-match=set:efi,option:client-arch,7
dhcp-match=set:http,option:client-arch,16
dhcp-boot=tag:ipxe,${bootScriptUrl}
dhcp-option=tag:ipxe,encap:175,176,1b
dhcp-boot=tag:!ipxe,tag:bios,undionly.kpxe
dhcp-boot=tag:!ipxe,tag:efi,snponly.efi
dhcp-option-force=tag:http,60,HTTPClient
dhcp-boot=tag:!ipxe,tag:http,http://${serverAddress}/snponly.efi
`;
}

/** In the foreground, as a child that ends with `signal`. */
export async function startDnsmasq(network: DnsmasqNetwork, dir: string, signal: AbortSignal): Promise<ChildProcess> {
  const file = join(dir, "dnsmasq.conf");
  await writeFile(file, configuration(network, dir));
  const child = spawn("/usr/sbin/dnsmasq", ["--keep-in-foreground", `--conf-file=${file}`], {
    stdio: ["ignore", "ignore", "inherit"],
    signal,
  });
  child.on("error", () => undefined);
  return child;
}
