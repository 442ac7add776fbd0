import os

import unheard_of_helper
from openai import OpenAI
from transformers import AutoModel

client = OpenAI(base_url=os.getenv("WHERE"))
client.chat.completions.create(model=os.environ["WHICH"], messages=[])
AutoModel.from_pretrained(os.path.join("weights", "best"))
AutoModel.from_pretrained("riverbed_small")
AutoModel.from_pretrained("../elsewhere/checkpoint")
TABLE = {"a": "nobody-xyz/quiet-7b-chat", "b": "text/plain", "c": "src/utils.py"}
