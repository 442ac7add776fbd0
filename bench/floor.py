"""The floor: read every file of a tree once and run one compiled byte regex over it.

The regex is made of the auditor's own trigger words: the callables, SDK modules, API
hosts, variables and model words of the data. Usage: floor.py TREE WORDS-FILE.
"""

import os
import re
import sys

with open(sys.argv[2], "rb") as stream:
    words = stream.read().split(b"\n")
pattern = re.compile(b"|".join(re.escape(word) for word in words if word))
count = 0
for folder, _, files in os.walk(sys.argv[1]):
    for name in files:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as stream:
                data = stream.read()
            for _ in pattern.finditer(data):
                count += 1
print(count)
