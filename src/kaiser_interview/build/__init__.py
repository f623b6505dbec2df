"""Build the shipped data, the schemas and generated pages from `raw/`. This package is not in the wheel.

Main function: `pipeline.build`.
"""
