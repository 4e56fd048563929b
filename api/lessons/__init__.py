"""Lessons: mistakes that were mended and stayed so, by what they are about in resolved names."""
