"""IMAP: fetching and reading e-mails."""
