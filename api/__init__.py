"""Answers: what is true of a workspace, and the faces that carry it to programs and people."""
