"""What one event costs among few objects and among many, counted and never timed."""
