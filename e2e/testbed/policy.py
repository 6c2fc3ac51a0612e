"""A ValidatingAdmissionPolicy as somebody else's, about the ClusterRoleBindings of one test."""

from typing import Any

from testbed.objects import Objects
from testbed.waiting import eventually

ADMISSION = "admissionregistration.k8s.io/v1"


def apply_policy(objects: Objects, name: str, refused: str, message: str) -> None:
    """Refuse ClusterRoleBindings of the GroupAccess `name`, and wait until that is in force.

    `refused` is a condition in CEL about `object`; a binding without subjects fulfils it.
    """
    objects.apply(*_policy(name, refused, message))
    eventually(lambda: denied(objects, name, message), within=10, what="the policy in force")


def denied(objects: Objects, name: str, words: str) -> bool:
    """Return whether a ClusterRoleBinding without subjects is refused with these words."""
    probe = ("create", "clusterrolebinding", f"groupaccess:{name}:probe:view", "--clusterrole=view")
    done = objects.cluster.kubectl(*probe, "--dry-run=server", check=False)
    return words in done.stderr


def _policy(name: str, refused: str, message: str) -> tuple[dict[str, Any], dict[str, Any]]:
    ours = f"object.metadata.name.startsWith('groupaccess:{name}:')"
    policy = {
        "apiVersion": ADMISSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": ["rbac.authorization.k8s.io"],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["clusterrolebindings"],
                    }
                ]
            },
            "validations": [{"expression": f"!({ours} && {refused})", "message": message}],
        },
    }
    use = {
        "apiVersion": ADMISSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
    return policy, use
