"""Setting up agents' clients: what is written into their files, and taken out again.

Only this program's own parts are touched. Everything else stays as it is, byte for byte.
"""
