"""A small fashion shop in FastAPI, with a LINE support desk in its own database."""
