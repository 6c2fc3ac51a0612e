"""Queue, workers and timers: when work is done, whatever it is."""
