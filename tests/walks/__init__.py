"""Walks: random lives of the whole engine on a real database, with faults; the promises hold at every rest."""
