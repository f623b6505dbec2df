"""Self-contained HTML pages: `corpus_page` and `report_page`; and `fragments`, which notebooks show."""
