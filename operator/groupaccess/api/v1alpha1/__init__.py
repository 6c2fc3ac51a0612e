"""The objects of groupaccess.io/v1alpha1, the source of `crds/*.yaml`."""

from groupaccess.api.model import API_VERSION, GROUP, VERSION, ApiObject, ObjectMeta
from groupaccess.api.v1alpha1.conditions import Condition
from groupaccess.api.v1alpha1.group_access import (
    DirectoryRef,
    GroupAccess,
    GroupAccessSpec,
    GroupMapping,
)
from groupaccess.api.v1alpha1.group_access_status import (
    AlsoGrantedBy,
    GroupAccessStatus,
    MappingStatus,
    NamespaceProblem,
    Where,
)
from groupaccess.api.v1alpha1.keycloak_auth import (
    Auth,
    CaBundle,
    ClientSecret,
    KeyRef,
    NameRef,
    ServiceAccountToken,
)
from groupaccess.api.v1alpha1.keycloak_directory import (
    Canary,
    KeycloakDirectory,
    KeycloakDirectorySpec,
    OnMissing,
)
from groupaccess.api.v1alpha1.keycloak_directory_status import ClientProof, KeycloakDirectoryStatus
from groupaccess.api.v1alpha1.namespaces import LabelExpression, LabelSelector, Namespaces
from groupaccess.api.v1alpha1.tokens import TokenClient, Tokens

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
