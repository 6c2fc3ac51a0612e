"""The objects that people write, and the CustomResourceDefinitions generated from them."""
