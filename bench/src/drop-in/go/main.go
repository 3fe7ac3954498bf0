// Renders templates by Go's own text/template and sprig: a line of JSON in for each, a line out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

type request struct {
	Name        string            `json:"name"`
	Data        string            `json:"data"`
	HardwareMap map[string]string `json:"hardwareMap"`
	Hardware    struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Metadata   map[string]any `json:"metadata"`
		Spec       hardwareSpec   `json:"spec"`
	} `json:"hardware"`
}

// The part of a Hardware that legacy templates read as .Hardware.
type templateHardware struct {
	Disks      []string
	Interfaces []netInterface
	UserData   string
	Metadata   hardwareMetadata
	VendorData string
}

func functions() template.FuncMap {
	all := sprig.HermeticTxtFuncMap()
	all["formatPartition"] = formatPartition
	all["netmaskToPrefixLength"] = prefixLength
	all["netmaskToCIDR"] = prefixLength
	all["toYaml"] = func(value any) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	all["fromYaml"] = func(text string) (value any, err error) { return value, yaml.Unmarshal([]byte(text), &value) }
	return all
}

func formatPartition(device string, number int) string {
	switch last := device[len(device)-1]; {
	case strings.HasPrefix(device, "/dev/disk/"):
		return fmt.Sprintf("%s-part%d", device, number)
	case last >= '0' && last <= '9':
		return fmt.Sprintf("%sp%d", device, number)
	}
	return fmt.Sprintf("%s%d", device, number)
}

func prefixLength(netmask string) (string, error) {
	mask := net.ParseIP(netmask).To4()
	if mask == nil {
		return "", fmt.Errorf("invalid netmask format: %s", netmask)
	}
	ones, _ := net.IPMask(mask).Size()
	return fmt.Sprint(ones), nil
}

func render(asked request) (string, error) {
	parsed, err := template.New(asked.Name).Option("missingkey=error").Funcs(functions()).Parse(asked.Data)
	if err != nil {
		return "", err
	}
	spec := asked.Hardware.Spec
	legacy := templateHardware{Interfaces: spec.Interfaces}
	for _, one := range spec.Disks {
		legacy.Disks = append(legacy.Disks, one.Device)
	}
	if spec.UserData != nil {
		legacy.UserData = *spec.UserData
	}
	if spec.VendorData != nil {
		legacy.VendorData = *spec.VendorData
	}
	if spec.Metadata != nil {
		legacy.Metadata = *spec.Metadata
	}
	text, err := json.Marshal(map[string]any{
		"apiVersion": asked.Hardware.APIVersion, "kind": asked.Hardware.Kind,
		"metadata": asked.Hardware.Metadata, "spec": spec, "status": map[string]any{},
	})
	if err != nil {
		return "", err
	}
	var whole map[string]any
	if err := json.Unmarshal(text, &whole); err != nil {
		return "", err
	}
	data := map[string]any{}
	for key, value := range asked.HardwareMap {
		data[key] = value
	}
	data["Hardware"], data["hardware"], data["references"] = legacy, whole, map[string]any{}
	var out strings.Builder
	err = parsed.Execute(&out, data)
	return out.String(), err
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		output, err := render(asked)
		if err != nil {
			answers.Encode(map[string]string{"error": err.Error()})
			continue
		}
		answers.Encode(map[string]string{"output": output})
	}
}
