"""The chart, rendered."""

import pytest

from chart.helm import Chart, Object, find_helm


@pytest.fixture(scope="session")
def chart() -> Chart:
    """Give the chart; skip where no Helm is."""
    helm = find_helm()
    if helm is None:
        pytest.skip("no Helm: `PYTHONPATH=e2e python -m testbed.tools helm` builds it")
    return Chart(helm)


@pytest.fixture(scope="session")
def rendered(chart: Chart) -> list[Object]:
    """Give the objects of the chart with its defaults."""
    return chart.render()
