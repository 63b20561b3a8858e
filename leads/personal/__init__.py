"""People's data (GDPR): finding a person everywhere, giving all of it out, anonymising it, and how long it is kept."""
