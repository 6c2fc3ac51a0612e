"""The words of a scenario's story."""

from fakes.kube.storage import Body, Change


def describe_binding(change: Change) -> str:
    body, key = change.stored.body, change.key
    where = f"{key.namespace}/{key.name}" if key.namespace else key.name
    if change.kind == "DELETED":
        return f"deletes {where}"
    whom = ",".join(each["name"] for each in body.get("subjects", ())) or "nobody"
    verb = "creates" if change.kind == "ADDED" else "writes"
    return f"{verb} {where} ({body['roleRef']['name']} for {whom})"


def describe_status(status: Body) -> str:
    lines = (
        f"{each['name']} {each['state']}/{each['reason']}"
        + (f" {each['where'].get('granted')}" if each.get("where", {}).get("granted") else "")
        for each in status.get("mappings", ())
    )
    return f"{status.get('granted')}: {', '.join(lines)}"
