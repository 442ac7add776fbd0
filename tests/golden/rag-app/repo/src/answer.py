"""Answers questions about harbour timetables."""

import os

from openai import OpenAI
from pinecone import Pinecone
from sentence_transformers import SentenceTransformer

EMBEDDER = "BAAI/bge-m3"
client = OpenAI()
fallback = OpenAI(base_url="https://api.deepseek.com", api_key=os.environ["DEEPSEEK_API_KEY"])
local = OpenAI(base_url="http://localhost:8000/v1", api_key="-")
index = Pinecone(api_key=os.environ["PINECONE_API_KEY"]).Index("timetables")
embedder = SentenceTransformer(EMBEDDER)


def answer(question: str) -> str:
    found = index.query(vector=embedder.encode(question).tolist(), top_k=4)
    messages = [{"role": "user", "content": f"{found}\n{question}"}]
    try:
        done = client.chat.completions.create(model="gpt-4o", messages=messages)
    except TimeoutError:
        done = fallback.chat.completions.create(model="deepseek-chat", messages=messages)
    return done.choices[0].message.content


def summarise(text: str, model: str) -> str:
    done = client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    return done.choices[0].message.content
