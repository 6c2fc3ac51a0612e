"""The message of a suspended mapping: what would be bound without the suspension."""

from groupaccess.domain.access.namespace_scope import resolve_scope
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict


def describe_without_suspend(would: Verdict, context: EvaluationContext) -> str:
    """Describe what a verdict would do if nothing were suspended.

    While Keycloak cannot be read, it is the verdict by the last reading, and the text stays.
    """
    would = would.last_known or would
    if would.outcome is not Outcome.GRANT:
        whom = "nobody" if would.outcome is Outcome.REVOKE else "nothing new"
        return f"would bind {whom}: {would.message}"
    groups = " and ".join(f'Group "{subject}"' for subject in would.subjects)
    role, where = would.mapping.cluster_role, _where(would, context)
    return f'would bind {groups} to ClusterRole "{role}" {where}'


def _where(would: Verdict, context: EvaluationContext) -> str:
    """Return where it would be bound, as far as the namespaces exist."""
    if would.mapping.scope is None:
        return "in the whole cluster"
    count = len(resolve_scope(would.mapping.scope, context.namespaces).active)
    return f"in {count} namespace{'' if count == 1 else 's'}"
