"""The JSON-RPC face: the operations, served to many clients at once."""
