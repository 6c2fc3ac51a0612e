"""Keycloak's admin API through python-keycloak."""
