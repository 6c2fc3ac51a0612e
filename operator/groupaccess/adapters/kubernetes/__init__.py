"""Kubernetes through `kubernetes.aio`: single calls, watching in bulk, and what is written."""
