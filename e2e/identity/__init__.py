"""A group is what its id says, and a realm what the operator's account there says."""
