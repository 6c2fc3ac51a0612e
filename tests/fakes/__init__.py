"""Fakes of the application's ports, written by hand; they pass the contract of what is real."""
