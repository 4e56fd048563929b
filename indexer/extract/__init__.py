"""Facts from source text: a pure function of one file's bytes, in ``source``.

Nothing is imported here: two threads that import a package and a module of it for the first time
can fail, when the package imports that module itself.
"""
