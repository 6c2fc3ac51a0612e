"""`groupaccess doctor`."""

import typer

from groupaccess.cli.diagnosis.configuration_file import ConfigurationPath
from groupaccess.cli.diagnosis.doctor_options import (
    CaFile,
    ClientId,
    DoctorOutput,
    Failing,
    FailOn,
    GroupsClaim,
    GroupsPrefix,
    Issuer,
    Output,
)
from groupaccess.cli.diagnosis.token_file import TokenFile, read_token_file
from groupaccess.cli.kubeconfig_option import Kubeconfig


def doctor_command(  # noqa: PLR0913 -- one for each flag
    *,
    issuer: Issuer = None,
    client_id: ClientId = None,
    groups_claim: GroupsClaim = "groups",
    groups_prefix: GroupsPrefix = "",
    token: TokenFile = None,
    authentication_config: ConfigurationPath = None,
    ca: CaFile = None,
    output: Output = DoctorOutput.TEXT,
    fail_on: Failing = FailOn.ERROR,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Look for what keeps people out: from Keycloak to kube-apiserver and its bindings.

    It only reads, with your own rights. Exit codes: 0 nothing wrong, 1 findings, 3 something could
    not be checked.

    groupaccess doctor --issuer https://auth.example.com/realms/ADMIN --client-id headlamp
    """
    if issuer is not None and not client_id:
        raise typer.BadParameter("it needs --client-id", param_hint="--issuer")
    if client_id and issuer is None:
        raise typer.BadParameter("it needs --issuer", param_hint="--client-id")
    from groupaccess.cli.diagnosis.doctor_run import DoctorOrder, run_doctor

    run_doctor(
        DoctorOrder(
            issuer=issuer,
            client_ids=tuple(client_id or ()),
            groups_claim=groups_claim,
            groups_prefix=groups_prefix,
            token=read_token_file(token),
            configuration=authentication_config,
            ca=ca,
            output=output,
            fail_on=fail_on,
            kubeconfig=kubeconfig,
        )
    )
