"""Rows as W3C Web Annotations: `exporter` writes them, `reader` reads what people made of them."""
