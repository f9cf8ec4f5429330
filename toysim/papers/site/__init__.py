"""The site of reproductions: a page a paper and an index, read from disk without a network."""
