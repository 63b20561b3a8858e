"""The logins of demo data: made by `load_demo` alone, printed by `make run`, and never open to a network."""

DEMO_PASSWORD = "lejek-demo"
DEMO_SELLER = "sprzedawca@lejek.test"
DEMO_LOGINS = ("admin@lejek.test", "menedzer@lejek.test", DEMO_SELLER)
