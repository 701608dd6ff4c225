"""« The country »: the services of the State that the demonstration stands in for, in a process of its own.

Identity providers (FranceConnect-like, Pro Santé Connect-like) and the operators' letterbox. It knows nothing of the product's
database: its only input is a file, and all that it remembers is in memory.
"""
