"""The command line: flux-index index, query, watch, serve, status, clean and doctor."""
