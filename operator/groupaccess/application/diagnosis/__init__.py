"""`groupaccess why` and `groupaccess doctor`: gather facts with a person's rights, then judge."""
