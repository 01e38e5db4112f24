"""Text without a dialect, and the words of each language."""
