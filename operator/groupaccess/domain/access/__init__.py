"""What people declare: GroupAccess and KeycloakDirectory as plain values."""
