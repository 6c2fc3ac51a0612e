"""The admin API with a person's rights, for `groupaccess keycloak-setup`."""
