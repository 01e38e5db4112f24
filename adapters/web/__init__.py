"""HTTP: for now, only how the house is."""
