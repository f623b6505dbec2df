"""Build the shipped data, the schemas and generated pages from `raw/`; not in the wheel.

Main function: `pipeline.build`.
"""
