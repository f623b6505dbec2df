"""Suggest in a finding what was probably meant, with one function for each type of mistake."""
