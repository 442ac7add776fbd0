"""The floor: read every file of a tree once and run one compiled byte regex over it.

The regex is a short one on purpose (the commonest trigger words), so that the floor is
low. Usage: floor.py TREE.
"""

import os
import re
import sys

WORDS = (
    b"from_pretrained", b"load_dataset", b"openai", b"anthropic", b"transformers", b"torch",
    b"base_url", b"huggingface", b"langchain", b"model_name", b"snapshot_download",
    b"SentenceTransformer", b"pipeline", b"api_key", b"llama", b"qwen", b"mistral", b"deepseek",
)  # fmt: skip
pattern = re.compile(b"|".join(WORDS))
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
