"""The command line: thin commands over the Python calls; heavy libraries load inside the command
that needs them.
"""
