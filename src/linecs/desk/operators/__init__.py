"""What operators do. Every act says who, and which version they saw."""
