"""The world behind the ports: Kubernetes, Keycloak, Prometheus and the clock."""
