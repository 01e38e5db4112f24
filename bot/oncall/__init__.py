"""On call: who is paged, in which order, and how long each step waits."""
