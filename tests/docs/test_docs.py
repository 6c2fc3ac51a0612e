"""What the documentation shows is true."""

import json
import re
from pathlib import Path

import pytest
import yaml

from groupaccess.api import v1alpha1 as api
from groupaccess.api.crd.generate import KINDS
from groupaccess.application.status.event_reasons import EventReason
from groupaccess.domain.reasons import REASONS, TRANSIENT, Reason

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = sorted(
    page for where in ("*.md", "docs/**/*.md", "examples/*.md") for page in ROOT.glob(where)
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
OF_OPENSSL = {
    "HOSTNAME_MISMATCH",
    "IP_ADDRESS_MISMATCH",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_readmes_example_is_a_group_access() -> None:
    (example,) = blocks(README, "yaml")
    assert api.GroupAccess.read(yaml.safe_load(example)).spec.mappings


def test_what_kubectl_shows_has_the_columns_that_it_shows() -> None:
    shown = [
        re.match(r"\$ kubectl get (\w+)(?: .*?(-o wide)?)?\n(.*)\n", block)
        for page in PAGES
        for block in blocks(page.read_text(), "console")
        if block.startswith("$ kubectl get ")
    ]
    assert len(shown) >= 2
    for found in shown:
        assert found is not None
        short, wide, header = found.groups()
        (kind,) = (kind for kind in KINDS if kind.short == short)
        columns = [each.name for each in kind.columns if wide or not each.wide]
        assert header.split() == ["NAME", *columns]


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z0-9]+)", page.read_text(), re.MULTILINE))
        assert named <= targets, page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert link.startswith("https://") or (page.parent / link).exists(), link


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get where Markdown is shown."""
    headings = re.findall(r"^#+ (.*)", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_anchor_leads_to_a_heading(page: Path) -> None:
    for link, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text()):
        assert anchor in anchors(page.parent / link if link else page), f"{link}#{anchor}"


def test_every_reason_has_its_heading_with_what_it_means_and_its_advice() -> None:
    page = (ROOT / "docs" / "reasons.md").read_text()
    sections = re.findall(r"^### (\w+)\n\n(.*?)(?=^##)", page, re.MULTILINE | re.DOTALL)
    assert [reason for reason, _ in sections] == [*Reason]
    for reason, section in sections:
        meaning, _, advice = " ".join(section.split()).partition(" **What to do:** ")
        assert meaning
        assert REASONS[Reason(reason)].advice in advice


def test_the_index_of_reasons_leads_to_each() -> None:
    index, _, _ = (ROOT / "docs" / "reasons.md").read_text().partition("\n## ")
    assert re.findall(r"\[`(\w+)`\]\(#\w+\)", index) == [*Reason]


def test_the_page_names_the_reasons_that_are_waited_for() -> None:
    page = (ROOT / "docs" / "reasons.md").read_text()
    _, _, section = page.partition("## Reconciling and Stalled\n")
    (names,) = [text for text in section.split("\n\n") if text.startswith("`ClusterRole")]
    assert set(re.findall(r"`(\w+)`", names)) == TRANSIENT


def test_the_table_of_events_has_the_reasons_that_events_have() -> None:
    page = (ROOT / "docs" / "reasons.md").read_text()
    _, _, events = page.partition("## Events\n")
    table, _, _ = events.partition("\n## ")
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*EventReason]


def test_the_examples_are_read() -> None:
    for name, kind in (
        ("groupaccess.yaml", api.GroupAccess),
        ("keycloakdirectory.yaml", api.KeycloakDirectory),
    ):
        body = yaml.safe_load((ROOT / "examples" / name).read_text())
        assert kind.read(body).kind == body["kind"]


def test_the_examples_ask_for_no_scope_that_a_fresh_keycloak_lacks() -> None:
    """Keycloak refuses a login that asks for a scope which the client does not have."""
    example = yaml.safe_load((ROOT / "examples" / "keycloakdirectory.yaml").read_text())
    realm = json.loads((ROOT / "examples" / "keycloak" / "realm.json").read_text())
    built_in = {"openid", "profile", "email", "address", "phone"}
    there = built_in | {scope["name"] for scope in realm.get("clientScopes", ())}
    for client in example["spec"]["tokens"]["clients"]:
        assert client["clientId"] in {each["clientId"] for each in realm["clients"]}
        assert set(client["scopes"]) <= there


def test_the_examples_have_the_same_canary() -> None:
    directory = yaml.safe_load((ROOT / "examples" / "keycloakdirectory.yaml").read_text())
    realm = json.loads((ROOT / "examples" / "keycloak" / "realm.json").read_text())
    name = directory["spec"]["canary"]["group"]
    assert name in {group["name"] for group in realm["groups"]}
    (account,) = (user for user in realm["users"] if "serviceAccountClientId" in user)
    assert account["groups"] == [f"/{name}"]


def test_each_decision_has_a_number_of_its_own_and_says_it() -> None:
    numbers = [int(page.name.partition("-")[0]) for page in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    for number, page in zip(numbers, DECISIONS, strict=True):
        assert page.read_text().startswith(f"# {number}. "), page


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_each_decision_is_in_the_index_with_what_changed_it(page: Path) -> None:
    before_context, _, _ = page.read_text().partition("\n## ")
    number, title = re.findall(r"^# (\d+)\. (.*)", before_context)[0]
    lines = (page.parent / "README.md").read_text().splitlines()
    (row,) = [line for line in lines if line.startswith(f"| {number} | [{title}]({page.name}) | ")]
    for link in re.findall(r"\((\d{4}-[^)]*)\)", before_context):
        assert f"]({link})" in row


def test_each_link_to_a_decision_says_its_number() -> None:
    for page in PAGES:
        links = re.findall(r"\[(?:decision )?(\d+)\]\([^)]*?(\d{4})-", page.read_text())
        assert all(int(said) == int(number) for said, number in links), page


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_file_that_is_named_exists(page: str) -> None:
    text = (ROOT / page).read_text()
    named = set(re.findall(r"(?<![\w/.-])((?:[a-z_0-9]+/)*[a-z_0-9]+\.py)(?!\w)", text))
    named |= set(re.findall(r"`((?:[a-z_0-9]+/)+)`", text))
    assert len(named) > 20
    for name in named:
        places = (ROOT / "operator" / "groupaccess", ROOT, ROOT / "tests" / "simulation")
        rooms = [*places, *(places[0] / layer for layer in ("domain", "application"))]
        assert any((place / name).exists() for place in rooms), name


def sources(*folders: str) -> list[str]:
    return [path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py")]


def words_of_code() -> set[str]:
    texts = (re.sub(r"#.*", "", text) for text in sources("operator", "tests", "e2e"))
    return {word for text in texts for word in re.findall(r"\w+", text)}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_name_of_code_that_a_page_has_exists(page: str) -> None:
    there = words_of_code() | set(re.findall(r"\w+", (ROOT / "Makefile").read_text()))
    named = re.findall(r"`([A-Za-z_][\w.]*)(?:\(\)|=\w*)?`", (ROOT / page).read_text())
    names = [name for name in named if not name.endswith((".py", ".md", ".json"))]
    assert names
    for name in names:
        assert set(name.split(".")) <= there, name


def test_every_constant_that_a_comment_names_exists() -> None:
    comments = (comment for text in sources("operator") for comment in re.findall(r"# .*", text))
    named = {name for each in comments for name in re.findall(r"\b[A-Z][A-Z_]{5,}\b", each)}
    assert named
    assert named - OF_OPENSSL <= words_of_code()
