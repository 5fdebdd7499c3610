"""Where everything is kept: the port, and stores that keep it."""
