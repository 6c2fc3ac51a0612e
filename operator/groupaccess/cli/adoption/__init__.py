"""`groupaccess import`."""
