"""Measures tintype's thumbnails beside what else could make them; `../run` is the way in."""
