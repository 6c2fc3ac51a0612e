"""Statuses and events: what people see."""
