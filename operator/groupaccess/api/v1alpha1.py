"""The objects of groupaccess.io/v1alpha1, the source of `crds/*.yaml`."""

from groupaccess.api.base import API_VERSION, GROUP, VERSION, ApiObject, ObjectMeta
from groupaccess.api.conditions import Condition
from groupaccess.api.directory import (
    Canary,
    ClientProof,
    KeycloakDirectory,
    KeycloakDirectorySpec,
    KeycloakDirectoryStatus,
    OnMissing,
    TokenClient,
    Tokens,
)
from groupaccess.api.directory_access import (
    Auth,
    CaBundle,
    ClientSecret,
    KeyRef,
    NameRef,
    ServiceAccountToken,
)
from groupaccess.api.groupaccess import (
    DirectoryRef,
    GroupAccess,
    GroupAccessSpec,
    GroupMapping,
    LabelExpression,
    LabelSelector,
    Namespaces,
)
from groupaccess.api.groupaccess_status import (
    AlsoGrantedBy,
    GroupAccessStatus,
    MappingStatus,
    NamespaceProblem,
    Where,
)

__all__ = [
    "API_VERSION",
    "GROUP",
    "VERSION",
    "AlsoGrantedBy",
    "ApiObject",
    "Auth",
    "CaBundle",
    "Canary",
    "ClientProof",
    "ClientSecret",
    "Condition",
    "DirectoryRef",
    "GroupAccess",
    "GroupAccessSpec",
    "GroupAccessStatus",
    "GroupMapping",
    "KeyRef",
    "KeycloakDirectory",
    "KeycloakDirectorySpec",
    "KeycloakDirectoryStatus",
    "LabelExpression",
    "LabelSelector",
    "MappingStatus",
    "NameRef",
    "NamespaceProblem",
    "Namespaces",
    "ObjectMeta",
    "OnMissing",
    "ServiceAccountToken",
    "TokenClient",
    "Tokens",
    "Where",
]
