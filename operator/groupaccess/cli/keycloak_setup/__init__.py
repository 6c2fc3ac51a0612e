"""`groupaccess keycloak-setup`."""
