from anthropic import Anthropic

client = Anthropic()
client.messages.create(model="claude-3-5-sonnet-20240620", max_tokens=9, messages=[])
