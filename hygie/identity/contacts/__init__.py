"""Where a person is reached, and the codes that prove that a message arrived."""
