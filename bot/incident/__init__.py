"""What an incident is, and all that can befall it: one chapter a file."""
