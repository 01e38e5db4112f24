"""The house itself: what keeps it small, whole and true."""
