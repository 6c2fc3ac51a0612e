"""What Keycloak tells of a client: its mappers, and example tokens."""
