"""KSeF, the national system of e-invoices: the FA(3) file of an invoice, its number, and the link that verifies it."""
