"""Build the shipped data, the schemas and built pages from `raw/`; not in the wheel.

Face: `pipeline.build`.
"""
