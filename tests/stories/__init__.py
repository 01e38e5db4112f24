"""Stories: transcripts that are played on all three platforms, over their own wires."""
