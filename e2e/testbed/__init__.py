"""A real control plane and a real Keycloak on one machine, for the end-to-end tests."""
