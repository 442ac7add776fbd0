"""Reading a graph: what hangs on what, what leaves with what, and by which ways.

Pure functions over the frozen graph, on top of networkx, which is imported when the
first of them is called. What the words mean, and do not, is in docs/tree.md.
"""
