// An informer of client-go on Hardware and Workflows. It says each event that it is told of on its standard output, and does what it is told
// on its standard input, a line each: "write RESOURCE NAME N" makes the object or sets its label n, "delete RESOURCE NAME", "state".
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	namespace = "default"
	// Each object is told again so often, changed or not.
	resync = 2 * time.Second
)

var kinds = map[string]string{"hardware": "Hardware", "workflows": "Workflow"}

func resourceOf(plural string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "tinkerbell.org", Version: "v1alpha1", Resource: plural}
}

var output sync.Mutex

func say(line map[string]any) {
	output.Lock()
	defer output.Unlock()
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := dynamicinformer.NewDynamicSharedInformerFactory(client, resync)
	informers := map[string]cache.SharedIndexInformer{}
	for plural := range kinds {
		informer := factory.ForResource(resourceOf(plural)).Informer()
		if _, err := informer.AddEventHandler(teller(plural)); err != nil {
			return err
		}
		informers[plural] = informer
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	say(map[string]any{"event": "synced"})
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		answer := map[string]any{"event": "answer"}
		if err := obey(ctx, client, informers, strings.Fields(lines.Text()), answer); err != nil {
			answer["error"] = err.Error()
		}
		say(answer)
	}
	return lines.Err()
}

func teller(plural string) cache.ResourceEventHandler {
	tell := func(event string, object any) {
		if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
			object = unknown.Obj
		}
		known := object.(*unstructured.Unstructured)
		say(map[string]any{"event": event, "object": plural + "/" + known.GetName(), "n": known.GetLabels()["n"]})
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { tell("added", object) },
		UpdateFunc: func(before, object any) {
			versions := [2]string{before.(*unstructured.Unstructured).GetResourceVersion(), object.(*unstructured.Unstructured).GetResourceVersion()}
			if versions[0] == versions[1] {
				tell("resynced", object)
			} else {
				tell("updated", object)
			}
		},
		DeleteFunc: func(object any) { tell("deleted", object) },
	}
}

func obey(ctx context.Context, client dynamic.Interface, informers map[string]cache.SharedIndexInformer, words []string, answer map[string]any) error {
	switch {
	case len(words) == 1 && words[0] == "state":
		state := map[string]string{}
		for plural, informer := range informers {
			for _, object := range informer.GetStore().List() {
				known := object.(*unstructured.Unstructured)
				state[plural+"/"+known.GetName()] = known.GetLabels()["n"]
			}
		}
		answer["state"] = state
		return nil
	case len(words) == 4 && words[0] == "write":
		return write(ctx, client.Resource(resourceOf(words[1])).Namespace(namespace), kinds[words[1]], words[2], words[3])
	case len(words) == 3 && words[0] == "delete":
		return client.Resource(resourceOf(words[1])).Namespace(namespace).Delete(ctx, words[2], metav1.DeleteOptions{})
	default:
		return fmt.Errorf("not understood: %v", words)
	}
}

func write(ctx context.Context, objects dynamic.ResourceInterface, kind, name, n string) error {
	found, err := objects.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		made := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "tinkerbell.org/v1alpha1",
			"kind":       kind,
			"metadata":   map[string]any{"name": name, "labels": map[string]any{"n": n}},
			"spec":       map[string]any{},
		}}
		_, err = objects.Create(ctx, made, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	found.SetLabels(map[string]string{"n": n})
	_, err = objects.Update(ctx, found, metav1.UpdateOptions{})
	return err
}
