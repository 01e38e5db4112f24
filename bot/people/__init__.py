"""People: who they are, how each platform knows them, and what they may do."""
