"""One KeycloakDirectory: ask Keycloak, and keep the answers."""
