"""Which Keycloak group a mapping means, and whether the directory is trusted."""
