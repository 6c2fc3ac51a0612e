"""The end-to-end tests: their options and markers, which take longest, and the long form."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from testbed.cluster import CHOICES, VERSIONS
from testbed.tools import NEWEST

# What costs minutes and shows no more than a shorter test does nearly as well: `make long`.
LONG = bool(os.environ.get("LONG"))
NOT_LONG = "the long form: LONG=1"
long_form = pytest.mark.skipif(not LONG, reason=NOT_LONG)


def mostly_long(cases: Iterable[object], *short: object) -> list[Any]:
    """Return the cases of a test as its parameters, of which the short form has only some."""
    chosen = list(cases)
    assert all(each in chosen for each in short), short
    return [pytest.param(each, marks=() if each in short else long_form) for each in chosen]


OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "--cluster": {
        "choices": CHOICES,
        "default": "auto",
        "help": "local: a control plane of local processes; kind: a container; auto: local if Go "
        "is here, else kind",
    },
    "--rounds": {
        "type": int,
        "default": 3,
        "help": "how often tests that are about chance repeat themselves (long: 50)",
    },
    "--groups": {
        "type": int,
        "default": 200,
        "help": "how many groups the realm of the tests about scale has (long: 10000)",
    },
    "--kubernetes": {
        "choices": VERSIONS,
        "default": "newest",
        "help": f"the version of the local control plane (newest: {NEWEST.version})",
    },
}

MARKERS = (
    "testbed: the testbed itself, without the operator",
    "story: the main job, as the README tells it",
    "drift: what somebody else changes is put right",
    "namespaces: RoleBindings, as namespaces come, change and go",
    "gapless: a change takes nobody's access away for a moment",
    "rename: tokens from before a rename are good until they end, and no longer",
    "time: expiry, and suspend",
    "suspend: a directory is suspended: in an incident, and to begin with",
    "revoke: what is revoked is gone within two seconds, and no status says what is not so",
    "crash: the operator is killed at any moment",
    "restore: a backup brings bindings without owners",
    "gitops: a GitOps tool sees no drift, and its prune removes",
    "leader: of two operators one writes, and the other takes over",
    "compaction: a watch has a gap, and what went in it is not missed",
    "idle: an idle cluster sees no write",
    "lifecycle: start, end, rights, probes and logs of the operator's process",
    "outage: what happens while Keycloak is away",
    "silence: Keycloak is down, slow, partial or wrong, and comes back",
    "scale: what a large realm costs Keycloak",
    "identity: a group is what its id says, and a realm what the operator's account there says",
    "reasons: each refusal says why and what to do",
    "login: the operator's account in Keycloak: with the fewest rights, and without a secret",
    "explain: what is really broken is named first, and its fix is executed as it is printed",
    "setup: `groupaccess keycloak-setup` makes the account, and takes it back",
    "kind: in a kind cluster, from the image and the chart",
    "contract: the fakes and the real adapters keep the same contract",
    "crd: the API server refuses bad input, in words",
    "chart: the API server takes what the chart renders, and who may view may read",
    "empty: a key that is left empty is refused, or grants no more than before",
    "attacks: nobody climbs: what the guards refuse to whom, and in which words",
    "uninstall: what is left, and who gets in, when guards, release or CRDs are taken away",
    "adopt: hand-made bindings become GroupAccesses, and go",
    "claims: the strings that are computed are those that real tokens carry",
    "canary: a real token shows how kube-apiserver reads it",
    "faults: kube-apiserver, etcd, tokens or CRDs fail, and it heals without a hand",
    "rights: the operator's rights are those that it uses, no more and no fewer",
)

# They take the longest: begun last, they would run alone while the other workers wait.
LONGEST_FIRST = (
    "test_kind",
    "test_rename",
    "test_revoke",
    "test_silence",
    "test_uninstall",
    "test_outage",
    "test_keycloak_setup",
    "test_canary",
    "test_http",
    "test_attacks",
    "test_contracts_keycloak",
    "test_claims",
    "test_keycloak_setup_login",
    "test_empty",
    "test_idle",
    "test_restore",
    "test_installation",
    "test_leader",
    "test_explain",
    "test_gitops",
    "test_identity",
    "test_compaction",
    "test_adopt",
    "test_reasons",
    "test_freeze",
    "test_etcd",
    "test_gapless",
    "test_revocation",
    "test_login",
    "test_prefixes",
    "test_login_pod",
    "test_bindable",
    "test_crash",
    "test_explain_person",
    "test_namespaces",
    "test_rights",
    "test_time",
    "test_lifecycle",
    "test_scale",
    "test_rename_holds",
    "test_supply",
    "test_testbed",
    "test_names",
)
