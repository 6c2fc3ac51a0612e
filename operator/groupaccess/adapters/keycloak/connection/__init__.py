"""One connection to Keycloak: HTTP, login, sessions, errors."""
