"""Kubernetes through `kubernetes.aio`: single calls, watches, and the JSON that is written."""
