"""Bad GroupAccesses, with the words that refuse them."""

from crd_objects import LABEL, Case, access, mapping, numbered, selecting

MAPPINGS: dict[str, Case] = {
    "no mappings": (access(), "spec.mappings", "must be at least one mapping"),
    "25 mappings": (access(*numbered(25)), "spec.mappings", "Too many: 25: must have at most 24"),
    "one name twice": (access(mapping(), mapping()), "spec.mappings[1]", "Duplicate value"),
    "name in capitals": (
        access(mapping(name="SRE")),
        "spec.mappings[0].name: ",
        "(given: SRE)",
        "must be a DNS label",
    ),
    "name with a dot": (access(mapping(name="a.b")), "spec.mappings[0].name", "a DNS label"),
    "name with a colon": (access(mapping(name="a:b")), "spec.mappings[0].name", "a DNS label"),
    "name that ends in a dash": (access(mapping(name="a-")), "mappings[0].name", "a DNS label"),
    "name of 64": (access(mapping(name=LABEL + "a")), "spec.mappings[0].name", "Too long"),
    "no group": (access(mapping(group="")), "spec.mappings[0].group", "at least 1 char"),
    "group of Kubernetes": (
        access(mapping(group="system:masters")),
        "spec.mappings[0].group: ",
        "(given: system:masters)",
        "reserved by Kubernetes",
    ),
    "group ends in a slash": (access(mapping(group="/a/")), "(given: /a/)", "must not end in '/'"),
    "group is a slash": (access(mapping(group="/")), "mappings[0].group", "must not end in '/'"),
    "group with a hole": (access(mapping(group="/a//b")), "(given: /a//b)", "nor hold '//'"),
    "group with dots": (
        access(mapping(group="/a/../b")),
        "(given: /a/../b)",
        "not hold '.' or '..'",
    ),
    "group with a line break": (access(mapping(group="SRE\n")), "group", "control characters"),
    "group with a tab": (access(mapping(group="S\tRE")), "group", "control characters"),
    "group of 1025": (access(mapping(group="a" * 1025)), "mappings[0].group", "Too long"),
    "id with a slash": (
        access(mapping(groupId="a/b")),
        "(given: a/b)",
        "what Keycloak's console shows",
    ),
    "role with a slash": (
        access(mapping(clusterRole="a/b")),
        "spec.mappings[0].clusterRole: ",
        "(given: a/b)",
        "no name that a ClusterRole can have",
    ),
    "role with a percent": (access(mapping(clusterRole="a%b")), "(given: a%b)", "no name that a"),
    "role is a dot": (access(mapping(clusterRole=".")), "(given: .)", "no name that a ClusterRole"),
    "role is two dots": (
        access(mapping(clusterRole="..")),
        "(given: ..)",
        "no name that a ClusterRole",
    ),
    "role with a line break": (access(mapping(clusterRole="a\n")), "clusterRole", "control"),
    "no role": (access(mapping(clusterRole="")), "clusterRole", "at least 1 char"),
    "directory in capitals": (
        access(mapping(), directoryRef={"name": "Default"}),
        "spec.directoryRef.name: ",
        "(given: Default)",
        "must be lower-case",
    ),
}
PLACES: dict[str, Case] = {
    "no place": (
        access({"name": "sre", "group": "SRE", "clusterRole": "view"}),
        "spec.mappings[0]",
        "exactly one of namespaces",
    ),
    "not cluster-wide, and nowhere else": (
        access(mapping(clusterWide=False)),
        "spec.mappings[0]",
        "exactly one of namespaces",
    ),
    "two places": (
        access(mapping(clusterWide=True, namespaces={"names": ["shop"]})),
        "spec.mappings[0]",
        "exactly one of namespaces",
    ),
    "neither names nor selector": (
        access(mapping(namespaces={})),
        "spec.mappings[0].namespaces",
        "must have names, a selector, or both",
    ),
    "no names": (access(mapping(namespaces={"names": []})), "namespaces", "must have names, a"),
    "empty selector": (
        access(mapping(namespaces={"selector": {}})),
        "spec.mappings[0].namespaces.selector",
        "would match every namespace",
    ),
    "selector of no labels": (
        access(mapping(namespaces={"selector": {"matchLabels": {}, "matchExpressions": []}})),
        "spec.mappings[0].namespaces.selector",
        "would match every namespace",
    ),
    "65 names": (
        access(mapping(namespaces={"names": [f"n{index}" for index in range(65)]})),
        "spec.mappings[0].namespaces.names",
        "Too many: 65: must have at most 64",
    ),
    "one namespace twice": (
        access(mapping(namespaces={"names": ["a", "a"]})),
        "spec.mappings[0].namespaces.names[1]",
        "Duplicate value",
    ),
    "pattern of namespaces": (
        access(mapping(namespaces={"names": ["shop-*"]})),
        "spec.mappings[0].namespaces.names[0]: ",
        "(given: shop-*)",
        "for a pattern of namespaces use selector",
    ),
    "In without values": (selecting(key="a", operator="In"), "Expressions[0]", "must be given"),
    "Exists with values": (
        selecting(key="a", operator="Exists", values=["b"]),
        "matchExpressions[0]",
        "must be left out with Exists",
    ),
    "unknown operator": (selecting(key="a", operator="Like"), '"Like"', "Unsupported value"),
    "bad key": (selecting(key="a b", operator="Exists"), "(given: a b)", "a label's key must be"),
    "bad label key": (
        access(mapping(namespaces={"selector": {"matchLabels": {"a b": "c"}}})),
        "selector.matchLabels",
        "a label's key must be",
    ),
    "bad label value": (
        access(mapping(namespaces={"selector": {"matchLabels": {"a": "b c"}}})),
        "(given: b c)",
        "a label's value must be",
    ),
    "expiry without zone": (
        access(mapping(expiresAt="2026-12-31T00:00:00")),
        "spec.mappings[0].expiresAt: ",
        "(given: 2026-12-31T00:00:00)",
        "must be written with its time zone",
    ),
    "expiry without time": (access(mapping(expiresAt="2026-12-31")), "expiresAt", "time zone"),
    "expiry in words": (access(mapping(expiresAt="tomorrow")), "(given: tomorrow)", "time zone"),
    "expiry on a day that is none": (
        access(mapping(expiresAt="2026-02-30T00:00:00Z")),
        "(given: 2026-02-30T00:00:00Z)",
        "no such day in the calendar",
    ),
}
