"""One module a family: `write(header, content) -> bytes`."""
