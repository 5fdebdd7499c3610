"""The LINE desk in a Django project."""
