"""Queue, workers and timers: when something is done, whatever it is."""
