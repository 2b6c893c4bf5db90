"""Finds the files of a root and keeps the library equal to the disk."""
