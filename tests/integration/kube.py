# SPDX-License-Identifier: Apache-2.0
"""The API server of tests/fixtures/control-plane, over plain HTTPS: enough of a client for tests."""

import json
import pathlib
import re
import ssl
import urllib.error
import urllib.request

PATHS = {
    "Pod": "/api/v1/namespaces/%s/pods",
    "ConfigMap": "/api/v1/namespaces/%s/configmaps",
    "Secret": "/api/v1/namespaces/%s/secrets",
    "Service": "/api/v1/namespaces/%s/services",
    "ServiceAccount": "/api/v1/namespaces/%s/serviceaccounts",
    "PersistentVolumeClaim": "/api/v1/namespaces/%s/persistentvolumeclaims",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/%s/networkpolicies",
    "SparkApplication": "/apis/sparkoperator.k8s.io/v1beta2/namespaces/%s/sparkapplications",
    "scheduling.volcano.sh/v1beta1/PodGroup": "/apis/scheduling.volcano.sh/v1beta1/namespaces/%s/podgroups",
    "scheduling.x-k8s.io/v1alpha1/PodGroup": "/apis/scheduling.x-k8s.io/v1alpha1/namespaces/%s/podgroups",
}


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__("%d %s" % (status, body))
        self.status = status


class Kube:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        text = (folder / "kubeconfig").read_text(encoding="utf-8")
        self.server = re.search(r'server: "?(https://[^",}\s]+)', text).group(1)
        self.token = re.search(r'token: "?([0-9a-f]+)', text).group(1)
        self.authority = folder / "ca.crt"
        self.context = ssl.create_default_context(cafile=str(self.authority))

    def call(self, method, path, body=None, content_type="application/json"):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        request.add_header("Content-Type", content_type)
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=120) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode("utf-8", "replace")) from None

    def path(self, kind, namespace, api_version=""):
        return PATHS.get(api_version + "/" + kind, PATHS.get(kind)) % namespace

    def create(self, namespace, body, query=""):
        return self.call("POST", self.path(body["kind"], namespace, body.get("apiVersion")) + query, body)

    def list(self, kind, namespace, selector="", api_version=""):
        query = "?labelSelector=" + urllib.request.quote(selector) if selector else ""
        path = self.path(kind, namespace, api_version)
        return [dict(item, kind=kind) for item in self.call("GET", path + query)["items"]]

    def get(self, kind, namespace, name, api_version=""):
        return self.call("GET", self.path(kind, namespace, api_version) + "/" + name)

    def delete(self, kind, namespace, name, api_version=""):
        try:
            return self.call("DELETE", self.path(kind, namespace, api_version) + "/" + name
                             + "?gracePeriodSeconds=0")
        except Refused as refused:
            if refused.status != 404:
                raise
            return None

    def ensure_namespace(self, name, accounts=()):
        for path, body in [("/api/v1/namespaces", {"metadata": {"name": name}})] + [
                (self.path("ServiceAccount", name), {"metadata": {"name": account}})
                for account in accounts]:
            try:
                self.call("POST", path, body)
            except Refused as refused:
                if refused.status != 409:
                    raise
