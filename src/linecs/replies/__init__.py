"""Answers a support lead can write, check and trust; usable without a desk."""
