"""An invented customer-support assistant; scanned by the README's first command."""

import os

from openai import OpenAI
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM, AutoTokenizer

LOCAL_MODEL = os.getenv("LOCAL_MODEL", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B")

EMBEDDERS = {
    "multilingual": "BAAI/bge-m3",
    "small": "sentence-transformers/all-MiniLM-L6-v2",
}


def embedder(kind: str = "multilingual") -> SentenceTransformer:
    """Load one of the embedding models."""
    return SentenceTransformer(EMBEDDERS[kind])


def local_model():
    """Load the model that answers when the API is not to be used."""
    tokenizer = AutoTokenizer.from_pretrained(LOCAL_MODEL)
    return tokenizer, AutoModelForCausalLM.from_pretrained(LOCAL_MODEL)


def ask(question: str) -> str:
    """Ask the hosted model."""
    client = OpenAI()
    reply = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": question}]
    )
    return reply.choices[0].message.content


def ask_here(question: str) -> str:
    """Ask a model served in this building; its name is only an alias."""
    here = OpenAI(base_url="http://localhost:8000/v1", api_key="none")
    reply = here.chat.completions.create(
        model="gpt-3.5-turbo", messages=[{"role": "user", "content": question}]
    )
    return reply.choices[0].message.content
