"""The SQL of the store, one file per kind of row; nothing here knows a database."""
