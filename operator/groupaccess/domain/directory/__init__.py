"""The questions to Keycloak, and what its answers say about a realm."""
