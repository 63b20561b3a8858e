"""The mail server of the demo: IMAP and SMTP on the loopback, for as long as `make run` runs with demo data.

    python -m communications.demo.mail_server FOLDER IMAP_SOCKET SMTP_SOCKET

The sockets are numbers of listening ones that the supervisor holds. FOLDER holds what `communications.demo.mailbox`
writes (settings.json, the certificate) and what is delivered. This package does not import Django: it starts fast and
stays small.
"""
