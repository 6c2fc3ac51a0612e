"""Statuses and events: what people are told."""
