"""Reads documents and images, in a process of its own, since files come from anywhere and their parsers can hang or crash."""
