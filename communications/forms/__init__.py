"""Forms of e-mails."""
