"""What protects an account, and where it is open: the same pages for citizens and professionals."""
