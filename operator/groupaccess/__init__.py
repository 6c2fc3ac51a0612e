"""GroupAccess: Keycloak groups get their ClusterRoles, and the token is proven to carry them."""

from importlib.metadata import version

__version__ = version("groupaccess")
