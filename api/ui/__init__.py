"""The face for people who would rather look: a page in the browser, served on the loopback.

`server` answers it, `security` decides whom; each view has a module here that makes its data of
what operations answer, and one of the same name in `page/` that draws it. Nothing is written.
"""
