// Manifests that are right, for tests that put one slip into them.
export const hardware = `apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata:
  name: m1
  labels:
    rack: a
spec:
  disks:
    - device: /dev/sda
  interfaces:
    - dhcp:
        mac: 52:54:00:00:00:01
        hostname: m1
        lease_time: 86400
        ip:
          address: 192.168.1.50
          netmask: 255.255.255.0
          gateway: 192.168.1.1
        name_servers:
          - 192.168.1.1
      netboot:
        allowPXE: true
  userData: "#cloud-config"
`;
export const template = `apiVersion: tinkerbell.org/v1alpha1
kind: Template
metadata:
  name: t1
spec:
  data: |
    version: "0.1"
    name: t1
    global_timeout: 600
    tasks:
      - name: install
        worker: "{{.device_1}}"
        volumes:
          - /dev:/dev
        actions:
          - name: write
            image: image2disk:latest
            timeout: 90
            environment:
              DEST_DISK: {{ index .Hardware.Disks 0 }}
`;
export const workflow = `apiVersion: tinkerbell.org/v1alpha1
kind: Workflow
metadata:
  name: w1
spec:
  templateRef: t1
  hardwareRef: m1
  hardwareMap:
    device_1: 52:54:00:00:00:01
`;
