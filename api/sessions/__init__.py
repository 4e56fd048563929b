"""For coding agents: rules of the code base, what was shown to whom, whether they may write."""
