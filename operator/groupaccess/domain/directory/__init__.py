"""What Keycloak is asked, and what its answers tell of a realm."""
