"""What Python's asynchronous client (kubernetes_asyncio, which kopf's operators and others use) does with our kinds.

Run with KUBECONFIG set; ends with 0 and a line for each call that was right, or with the first that was not.
"""

import asyncio

from kubernetes_asyncio import client, config, watch

WHERE = {"group": "tinkerbell.org", "version": "v1alpha1", "namespace": "default", "plural": "templates"}
BODY = {
    "apiVersion": "tinkerbell.org/v1alpha1",
    "kind": "Template",
    "metadata": {"name": "async"},
    "spec": {"data": "version: '0.1'\nname: x\nglobal_timeout: 60\ntasks: []\n"},
}


def right(what, is_right=True):
    assert is_right, what
    print(what, flush=True)


async def main():
    await config.load_kube_config()
    async with client.ApiClient() as api:
        custom = client.CustomObjectsApi(api)
        listed = await custom.list_namespaced_custom_object(**WHERE)
        right("list", listed["items"] == [])
        since = listed["metadata"]["resourceVersion"]
        await custom.create_namespaced_custom_object(**WHERE, body=BODY)
        await custom.patch_namespaced_custom_object(
            **WHERE, name="async", body={"metadata": {"labels": {"n": "1"}}}, _content_type="application/merge-patch+json"
        )
        await custom.delete_namespaced_custom_object(**WHERE, name="async")
        seen = []
        async with watch.Watch().stream(
            custom.list_namespaced_custom_object, **WHERE, resource_version=since, timeout_seconds=30
        ) as events:
            async for event in events:
                seen.append(event["type"])
                if event["type"] == "DELETED":
                    break
        right("create, merge patch, delete, as a watch tells them", seen == ["ADDED", "MODIFIED", "DELETED"])


asyncio.run(main())
