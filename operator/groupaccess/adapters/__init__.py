"""Implementations of the ports for Kubernetes, Keycloak, Prometheus and the clock."""
