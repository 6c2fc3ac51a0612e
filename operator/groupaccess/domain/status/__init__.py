"""What an object says of itself."""
