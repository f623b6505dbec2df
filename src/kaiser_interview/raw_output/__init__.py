"""Turn what language models write into rows; `parse.parse_data` is its interface."""
