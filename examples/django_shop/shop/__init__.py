"""The shop itself: members, orders, pages."""
