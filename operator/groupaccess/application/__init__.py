"""What is done, and in which order. It knows the world only through `ports`."""
