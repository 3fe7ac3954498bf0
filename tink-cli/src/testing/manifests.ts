// For tests: manifests as people write them.

export function hardwareYaml(name: string, mac: string, labels = "{}"): string {
  return `apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata:
  name: ${name}
  labels: ${labels}
spec:
  disks:
  - device: /dev/sda
  interfaces:
  - dhcp:
      mac: ${mac}
    netboot:
      allowPXE: true
`;
}

/** Two actions, `first` and `second`, for the worker that the Workflow names as device_1. */
export function templateYaml(name: string): string {
  return `apiVersion: tinkerbell.org/v1alpha1
kind: Template
metadata:
  name: ${name}
spec:
  data: |
    version: "0.1"
    name: ${name}
    global_timeout: 600
    tasks:
    - name: install
      worker: "{{.device_1}}"
      actions:
      - name: first
        image: one
        timeout: 60
      - name: second
        image: two
        timeout: 60
        environment:
          DISK: {{ index .Hardware.Disks 0 }}
`;
}

export function workflowYaml(name: string, template: string, hardware: string, mac: string): string {
  return `apiVersion: tinkerbell.org/v1alpha1
kind: Workflow
metadata:
  name: ${name}
spec:
  templateRef: ${template}
  hardwareRef: ${hardware}
  hardwareMap:
    device_1: ${mac}
`;
}
