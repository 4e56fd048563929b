"""Tasks of agents: planned, written step by step with each step judged, and verified."""
