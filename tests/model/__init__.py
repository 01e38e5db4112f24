"""The language model, at the wire."""
