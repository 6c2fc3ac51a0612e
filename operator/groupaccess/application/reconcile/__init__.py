"""One GroupAccess: from what is declared to what is bound, and to its status."""
