"""The verdict for each mapping: Grant, Hold or Revoke, with the reason."""
