"""Tocsin's core: the incident, the house that keeps it, and the doors to the world."""
