"""`groupaccess why` and `groupaccess doctor`: options, rendering and exit codes."""
