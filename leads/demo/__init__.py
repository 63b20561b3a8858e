"""Demo data: a Polish supplier of warehouse equipment, its customers and a year of its leads."""
