"""Coded entries (level 3), one module a kind; each gives an `entry` element whose text refers to the narrative."""
