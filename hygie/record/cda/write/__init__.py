"""Our own CDA R2 (CI-SIS) writer: dataclasses in, bytes out. `documents` has one module a family; the same values give
the same bytes. Structure after the public CI-SIS models of content (ANS); no text of theirs."""
