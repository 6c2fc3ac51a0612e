"""A whole operator on fakes of the API server and of Keycloak, in virtual time."""
