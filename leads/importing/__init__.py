"""Import of leads, partners, products and sales people from CSV and XLSX.

`files` judges an upload, `reading` streams its rows, `values` turns texts into values, `fields` says what can be filled
and guesses which column fills it, `lookups` finds what texts refer to, `targets` store rows through the services, `run`
takes a run through its stages and `undo` takes it back.
"""
