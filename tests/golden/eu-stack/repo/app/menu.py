from mistralai import Mistral
from qdrant_client import QdrantClient
from transformers import pipeline

client = Mistral(api_key="-")
store = QdrantClient(host="localhost", port=6333)
writer = pipeline("text-generation", model="mistralai/Mistral-7B-Instruct-v0.3")
small = pipeline("text-generation", model="swiss-ai/Apertus-8B-Instruct-2509")


def describe(dish: str) -> str:
    done = client.chat.complete(model="mistral-large-latest", messages=[{"role": "user", "content": dish}])
    return done.choices[0].message.content
