"""Lecture mode, and the lessons that are played in it."""
