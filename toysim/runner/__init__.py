"""The work of a sweep: what is missing, on which backend, block by block into the store."""
