"""Demo data of calls and e-mails, written through the services."""
