"""Discord: the adapter, its stand-in, and both together."""
