"""How kube-apiserver reads the tokens of a directory."""
