"""Coming in: how somebody proves who he is, and the sessions that follow."""
