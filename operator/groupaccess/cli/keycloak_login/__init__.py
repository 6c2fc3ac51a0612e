"""The login to Keycloak of whoever runs a command."""
