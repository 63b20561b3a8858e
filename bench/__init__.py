"""The benchmark: data of any size (`generate`), requests to the real server (`measure`), budgets (`report`)."""
