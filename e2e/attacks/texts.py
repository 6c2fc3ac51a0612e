"""What somebody may write as the name of a group: Keycloak takes all of it."""

RESERVED = ("system:masters", ":masters", "tem:masters")

LOOK_ALIKES = {
    "fullwidth colon": "system\uff1amasters",
    "ratio for a colon": "system\u2236masters",
    "fullwidth letters": "\uff53\uff59\uff53\uff54\uff45\uff4d:masters",
    "Cyrillic letters": "\u0455\u0443stem:masters",
    "capitals": "SYSTEM:MASTERS",
    "zero-width space inside": "sys\u200btem:masters",
    "zero-width joiner in front": "\u200dsystem:masters",
    "byte order mark in front": "\ufeffsystem:masters",
    "soft hyphen inside": "system\u00ad:masters",
    "no-break space in front": "\u00a0system:masters",
    "blank in front": " system:masters",
    "right-to-left override": "\u202esretsam:metsys",
    "combining dot": "s\u0323ystem:masters",
}
CODE = {
    "Jinja": "{{ 7*7 }}",
    "Go template": '{{ env "HOME" }}',
    "Python format": "{0.__class__} %s %(name)s",
    "variable": "${HOME}",
    "command": "$(id)",
    "backticks": "`id`",
    "two commands": "x; id & id | id",
    "option": "--as=admin",
    "end of JSON": '"}],"subjects":[{"name":"system:masters"}]',
    "YAML": "x: [*a, !!python:object:os.system]",
    "markup": "<script>alert(1)",
    "SQL": "' OR 1=1 --",
}
HARMLESS = LOOK_ALIKES | CODE
ABOVE, BELOW = "line\nbreak", "below"  # a group with a line break, and one in it

CONTROL = "must not hold control characters"
REFUSED = {
    "reserved": ("system:masters", "reserved by Kubernetes"),
    "reserved prefix alone": ("system:", "reserved by Kubernetes"),
    "path that climbs": ("/a/../system:masters", "must not hold '.' or '..'"),
    "path with a hole": ("//system:masters", "nor hold '//'"),
    "line break": ("SRE\nsystem:masters", CONTROL),
    "carriage return": ("SRE\rsystem:masters", CONTROL),
    "next line": ("SRE\u0085system:masters", CONTROL),
    "line separator": ("SRE\u2028system:masters", CONTROL),
    "NUL": ("system\0:masters", CONTROL),
    "escape": ("SRE\x1b[2K", CONTROL),
    "10,000 characters": ("x" * 10_000, "Too long"),
}
