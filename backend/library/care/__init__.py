"""Care of a library as a whole: back it up, restore it, make it again when it is damaged or gone. See `command.py`."""
