"""The protocols of `interface`, one file per kind of row, over any `Database`."""
