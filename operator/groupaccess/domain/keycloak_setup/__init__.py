"""What the operator needs in a realm, and the changes that make it so or take it away."""
