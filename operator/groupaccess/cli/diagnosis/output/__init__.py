"""What a command prints: its answers as documents for programs, and the formats of those."""
