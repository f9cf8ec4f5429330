"""The way of the data: sweep file -> spec -> layout -> work on a backend -> store -> labelled
dataset.
"""
