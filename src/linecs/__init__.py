"""LINE customer support inside your own backend."""
