"""The attacks: a declared matrix of who tries what on which object, and what must stop it."""
