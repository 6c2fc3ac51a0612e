"""One GroupAccess: from what is declared to the bindings and the status."""
