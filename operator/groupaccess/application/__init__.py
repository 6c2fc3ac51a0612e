"""What is done, and in which order: it speaks to the world through `ports` alone."""
