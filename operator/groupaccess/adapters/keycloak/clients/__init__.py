"""A Keycloak client: its protocol mappers, and example tokens."""
