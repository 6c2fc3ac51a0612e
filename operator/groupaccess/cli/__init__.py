"""What a person types: commands, options, what is printed, and exit codes."""
