"""What the application needs from the world; adapters and the fakes of the tests implement it."""
