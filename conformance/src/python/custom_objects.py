"""What Python's own client (the package kubernetes) does with our kinds: the calls of a script that keeps an inventory.

Run with KUBECONFIG set; ends with 0 and a line for each call that was right, or with the first that was not.
"""

import threading
import time

from kubernetes import client, config, watch

GROUP, VERSION, NAMESPACE = "tinkerbell.org", "v1alpha1", "default"
WHERE = {"group": GROUP, "version": VERSION, "namespace": NAMESPACE}


def template(name, data="version: '0.1'\nname: x\nglobal_timeout: 60\ntasks: []\n", **metadata):
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "Template",
        "metadata": {"name": name, **metadata},
        "spec": {"data": data},
    }


def right(what, is_right=True):
    assert is_right, what
    print(what, flush=True)


def refused(call, status):
    try:
        call()
    except client.ApiException as error:
        return error.status == status
    return False


config.load_kube_config()
custom = client.CustomObjectsApi()
core = client.CoreV1Api()

right("version", client.VersionApi().get_code().git_version.startswith("v1."))
groups = client.ApisApi().get_api_versions().groups
right("discovery", any(group.name == GROUP for group in groups))
right("resources", any(one.name == "hardware" for one in custom.get_api_resources(GROUP, VERSION).resources))

made = custom.create_namespaced_custom_object(**WHERE, plural="templates", body=template("a", labels={"rack": "one"}))
right("create", made["metadata"]["uid"] != "")
again = lambda: custom.create_namespaced_custom_object(**WHERE, plural="templates", body=template("a"))
right("create again is 409", refused(again, 409))
right("get", custom.get_namespaced_custom_object(**WHERE, plural="templates", name="a")["spec"] == made["spec"])
right("get of none is 404", refused(lambda: custom.get_namespaced_custom_object(**WHERE, plural="templates", name="b"), 404))
listed = custom.list_namespaced_custom_object(**WHERE, plural="templates", label_selector="rack in (one)")
right("list", [one["metadata"]["name"] for one in listed["items"]] == ["a"])
right("list of all namespaces", len(custom.list_cluster_custom_object(GROUP, VERSION, "templates")["items"]) == 1)
page = custom.list_namespaced_custom_object(**WHERE, plural="templates", limit=1)
right("a page", "continue" not in page["metadata"] or page["metadata"]["continue"] == "")

events = []
watching = watch.Watch()


def follow():
    since = listed["metadata"]["resourceVersion"]
    for event in watching.stream(
        custom.list_namespaced_custom_object, **WHERE, plural="templates", resource_version=since, timeout_seconds=60
    ):
        events.append((event["type"], event["object"]["metadata"]["name"], event["object"]["spec"]["data"]))
        if event["type"] == "DELETED":
            watching.stop()


follower = threading.Thread(target=follow, daemon=True)
follower.start()


def patch(body, content_type, **more):
    """The client chooses the type of a patch by its body; who wants another says so."""
    default = custom.api_client.select_header_content_type
    custom.api_client.select_header_content_type = lambda *_args, **_more: content_type
    try:
        return custom.patch_namespaced_custom_object(**WHERE, plural="templates", name="a", body=body, **more)
    finally:
        custom.api_client.select_header_content_type = default


merged = patch({"spec": {"data": "merged"}}, "application/merge-patch+json")
right("merge patch", merged["spec"]["data"] == "merged" and merged["metadata"]["labels"] == {"rack": "one"})
changed = patch([{"op": "replace", "path": "/spec/data", "value": "by JSON"}], "application/json-patch+json")
right("JSON patch", changed["spec"]["data"] == "by JSON")
applied = patch(template("a", "applied"), "application/apply-patch+yaml", field_manager="python", force=True)
right("server-side apply", applied["spec"]["data"] == "applied")
right("its owner", any(one["manager"] == "python" and one["operation"] == "Apply" for one in applied["metadata"]["managedFields"]))
conflict = lambda: patch(template("a", "other"), "application/apply-patch+yaml", field_manager="other")
right("an apply against it is 409", refused(conflict, 409))
applied["spec"]["data"] = "replaced"
replaced = custom.replace_namespaced_custom_object(**WHERE, plural="templates", name="a", body=applied)
right("replace", replaced["spec"]["data"] == "replaced")
stale = lambda: custom.replace_namespaced_custom_object(**WHERE, plural="templates", name="a", body=applied)
right("replace of what is old is 409", refused(stale, 409))

replaced["status"] = {"state": "Ready"}
status = custom.replace_namespaced_custom_object_status(**WHERE, plural="templates", name="a", body=replaced)
right("the status", status["status"]["state"] == "Ready")

gone = custom.delete_namespaced_custom_object(**WHERE, plural="templates", name="a", body=client.V1DeleteOptions())
right("delete", gone["status"] == "Success")
follower.join(timeout=30)
right("the watch has ended", not follower.is_alive())
right("the watch saw each change", [data for kind, _, data in events if kind == "MODIFIED"][:4] == ["merged", "by JSON", "applied", "replaced"])
right("the watch saw the end", events[-1][:2] == ("DELETED", "a"))

core.create_namespaced_secret(NAMESPACE, client.V1Secret(metadata=client.V1ObjectMeta(name="s"), string_data={"key": "value"}))
right("a secret", core.read_namespaced_secret("s", NAMESPACE).data == {"key": "dmFsdWU="})
core.delete_namespaced_secret("s", NAMESPACE)
right("namespaces", NAMESPACE in [one.metadata.name for one in core.list_namespace().items])

# Waiting, as scripts do it: until a watch says so, or its time is over.
custom.create_namespaced_custom_object(**WHERE, plural="templates", body=template("late"))


def mark():
    time.sleep(0.5)
    late = custom.get_namespaced_custom_object(**WHERE, plural="templates", name="late")
    late["status"] = {"state": "Ready"}
    custom.replace_namespaced_custom_object_status(**WHERE, plural="templates", name="late", body=late)


threading.Thread(target=mark, daemon=True).start()
for event in watch.Watch().stream(
    custom.list_namespaced_custom_object, **WHERE, plural="templates", field_selector="metadata.name=late", timeout_seconds=30
):
    if event["object"].get("status", {}).get("state") == "Ready":
        right("wait")
        break
else:
    raise AssertionError("the wait ended without what was waited for")
right("delete of many", custom.delete_collection_namespaced_custom_object(**WHERE, plural="templates")["kind"] == "TemplateList")
