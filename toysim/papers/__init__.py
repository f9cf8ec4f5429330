"""A paper reproduced: its data read, figures drawn, claims judged, a page of it all."""
