"""Which strings kube-apiserver finds in the tokens of a group's members."""
