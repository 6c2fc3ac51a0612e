"""One KeycloakDirectory: asks Keycloak and keeps the answers."""
