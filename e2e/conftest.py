"""Fixtures of the end-to-end tests: one cluster and one Keycloak for the run, one realm a test."""

import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing

import pytest

from servers import running_cluster, running_keycloak, shown
from suite import LONGEST_FIRST, MARKERS, OPTIONS
from testbed.cluster import Cluster, NotHereError, choose
from testbed.explain_command import ExplainCommand
from testbed.explain_forms import Question
from testbed.installation import install_crds, install_rights
from testbed.keycloak import Keycloak
from testbed.keycloak_command import kcadm_environment
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as objects_of_directory
from testbed.operator import ForkedOperator, OperatorProcess, leads
from testbed.realm import Realm
from testbed.realm_pool import RealmPool
from testbed.setup_command import SetupCommand
from testbed.waiting import eventually

READY_REALMS = 2
PODS = "/api/v1/namespaces/default/pods"
LIST_PODS = ("list", "pods", "--namespace=default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of the cluster."""
    group = parser.getgroup("testbed", "the cluster that end-to-end tests run on")
    for name, about in OPTIONS.items():
        group.addoption(name, **about)


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """Give how often a test that is about chance repeats itself."""
    return int(request.config.getoption("--rounds"))


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and allow what python-keycloak does with a CA file's path."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    config.addinivalue_line(
        "filterwarnings", "ignore:`verify=<str>` is deprecated:DeprecationWarning"
    )


def pytest_report_header(config: pytest.Config) -> str:
    """Say which cluster is used and why."""
    choice = choose(config.getoption("--cluster"))
    return (
        f"cluster: {choice.kind} ({choice.reason}), Kubernetes {config.getoption('--kubernetes')}"
    )


def _skip_what_is_not_here() -> Generator[None, None, None]:
    """Skip a test that needs what this kind of cluster cannot do, with the reason."""
    try:
        yield
    except NotHereError as error:
        pytest.skip(str(error))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; xdist is told to keep this order."""
    last = len(LONGEST_FIRST)
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, last))


pytest_runtest_setup = pytest.hookimpl(wrapper=True)(_skip_what_is_not_here)
pytest_runtest_call = pytest.hookimpl(wrapper=True)(_skip_what_is_not_here)


@pytest.fixture(scope="session")
def progress(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[None]]:
    """Give a function that lets through what is printed inside its `with`."""
    return lambda: shown(request.config)


@pytest.fixture(scope="session")
def _local_only(request: pytest.FixtureRequest) -> None:
    """Skip a test that needs a control plane of processes here: kind's Keycloak is not for it."""
    if choose(request.config.getoption("--cluster")).kind == "kind":
        pytest.skip("it takes apart a control plane of local processes: use --cluster=local")


@pytest.fixture(scope="session")
def keycloak(request: pytest.FixtureRequest) -> Iterator[Keycloak]:
    """Give the run's Keycloak; a test that stops or pauses it brings it back."""
    with running_keycloak(request) as server:
        yield server


@pytest.fixture(scope="session")
def administrator(keycloak: Keycloak) -> dict[str, str]:
    """Give the variables of the administrator's login."""
    return {
        "KEYCLOAK_USER": keycloak.login.username,
        "KEYCLOAK_PASSWORD": keycloak.login.password,
    }


@pytest.fixture(scope="session")
def with_kcadm(
    keycloak: Keycloak, administrator: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Give the same, and those of Keycloak's own command, which is logged in."""
    return {**administrator, **kcadm_environment(keycloak, tmp_path_factory.mktemp("home"))}


@pytest.fixture(scope="session")
def realm_pool(keycloak: Keycloak) -> RealmPool:
    """Give the realms whose issuers the cluster trusts from its start."""
    return RealmPool(keycloak, READY_REALMS)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest, realm_pool: RealmPool) -> Iterator[Cluster]:
    """Give the run's cluster, which logs every write, and the operator's reads, for audit."""
    with running_cluster(request, realm_pool.issuers) as made:
        yield made


@pytest.fixture
def make_realm(cluster: Cluster, realm_pool: RealmPool) -> Iterator[Callable[[], Realm]]:
    """Give a function that hands out fresh realms, for a test that needs several."""
    taken: list[Realm] = []

    def make() -> Realm:
        taken.append(realm_pool.take(cluster))
        return taken[-1]

    yield make
    for realm in taken:
        realm_pool.give_back(realm, cluster)


@pytest.fixture
def realm(make_realm: Callable[[], Realm]) -> Realm:
    """Give a fresh realm that the cluster trusts, with `headlamp` and the operator's client."""
    return make_realm()


@pytest.fixture
def setup(keycloak: Keycloak) -> SetupCommand:
    """Give `groupaccess keycloak-setup`."""
    return SetupCommand(keycloak)


@pytest.fixture
def bare(keycloak: Keycloak, name: str) -> Iterator[Realm]:
    """Give a realm as a new user has it: with people's client, without the operator's."""
    made = keycloak.create_realm(name)
    made.clients.create_headlamp()
    yield made
    keycloak.set_aside(made)


@pytest.fixture
def name() -> str:
    """Give a short DNS label that nothing else in the run uses."""
    return f"t-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def installed(cluster: Cluster) -> Cluster:
    """Give the run's cluster with the CRDs, the guards and the operator's rights, to all roles."""
    install_crds(cluster)
    install_rights(cluster)
    return cluster


@pytest.fixture(scope="session")
def operator_process(installed: Cluster) -> Iterator[OperatorProcess]:
    """Give the run's operator, which is started for the tests that want it."""
    process = ForkedOperator(installed)
    yield process
    process.stop()


@pytest.fixture
def operator(operator_process: OperatorProcess) -> OperatorProcess:
    """Give the run's operator, running and the one that writes."""
    operator_process.start()
    eventually(lambda: leads(operator_process), within=40, what="the operator leads")
    return operator_process


@pytest.fixture(scope="module")
def without_operator(operator_process: OperatorProcess, installed: Cluster) -> Cluster:
    """Give the cluster without the run's operator, which starts again for whoever wants it."""
    operator_process.stop()
    return installed


@pytest.fixture
def objects(installed: Cluster) -> Iterator[Objects]:
    """Give a maker of objects that takes them back at the test's end."""
    with closing(Objects(installed)) as made:
        yield made


@pytest.fixture
def directory(objects: Objects, realm: Realm, keycloak: Keycloak, name: str) -> str:
    """Give the name of a KeycloakDirectory for the test's realm."""
    objects.apply(*objects_of_directory(name, realm, keycloak.ca_file.read_text()))
    return name


@pytest.fixture
def granted(
    operator: OperatorProcess, realm: Realm, objects: Objects, directory: str, name: str
) -> str:
    """Grant view to group SRE and give the name of the GroupAccess."""
    assert operator.alive
    realm.create_group("/SRE")
    objects.apply(access(name, directory, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{name}", "Granted")
    return name


@pytest.fixture
def command(
    installed: Cluster, keycloak: Keycloak, administrator: dict[str, str]
) -> ExplainCommand:
    """Give the commands, with the login of the realm's administrator."""
    return ExplainCommand(installed, administrator, keycloak.ca_file)


@pytest.fixture
def question(
    installed: Cluster, command: ExplainCommand, keycloak: Keycloak, name: str
) -> Question:
    """Give the question why somebody may not list pods, in every form."""
    plain = ExplainCommand(installed, ca=keycloak.ca_file)
    where = (f"--directory={name}",)
    return Question(installed, plain, command, PODS, LIST_PODS, where=where)


@pytest.fixture
def bound_by_hand(installed: Cluster, name: str) -> Iterator[str]:
    """Bind group SRE by hand, in one namespace; give the name of the binding."""
    create = ("create", "rolebinding", name, "--namespace=default")
    installed.kubectl(*create, "--clusterrole=view", "--group=SRE")
    yield name
    installed.kubectl("delete", "rolebinding", name, "--namespace=default")
