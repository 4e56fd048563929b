"""Setup of agents' clients: our parts of their files, put in and taken out again.

Only this program's own parts are touched. Everything else stays as it is, byte for byte.
"""
