"""What the application asks of the world. The adapters give it, the fakes of the tests too."""
