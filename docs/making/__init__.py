"""What makes pages from the code, and what sets them."""
