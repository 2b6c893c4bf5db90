"""The two sidecars of ContentCache desktop."""

VERSION = "0.1.0"
