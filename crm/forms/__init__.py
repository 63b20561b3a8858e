"""Forms of users, partners, products and settings."""
