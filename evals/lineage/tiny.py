"""Tiny transformers that are really trained: several families, one training loop.

torch is needed for this evaluation alone. Data, initialisation and order are seeded apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

WORDS, LENGTH, BATCH = 256, 32, 8


@dataclass(frozen=True)
class Family:
    """A model's configuration; equal for all models of a family."""

    name: str
    norm: str = "rms"  # rms | layer | gemma
    width: int = 96
    layers: int = 3
    heads: int = 4
    kv_heads: int = 4
    feed_forward: int = 192
    gated: bool = True
    experts: int = 0


FAMILIES = {
    f.name: f
    for f in (
        Family("llama"),
        Family("neox", norm="layer", width=160, gated=False, feed_forward=256),
        Family("gemma", norm="gemma", kv_heads=2),
        Family("gqa", kv_heads=1),
        Family("moe", experts=4, feed_forward=64, kv_heads=2),
    )
}


class Norm(nn.Module):
    def __init__(self, kind: str, width: int) -> None:
        super().__init__()
        self.kind = kind
        self.weight = nn.Parameter((torch.zeros if kind == "gemma" else torch.ones)(width))
        self.bias = nn.Parameter(torch.zeros(width)) if kind == "layer" else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.kind == "layer":
            return F.layer_norm(x, x.shape[-1:], self.weight, self.bias)
        gain = self.weight + 1 if self.kind == "gemma" else self.weight
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * gain


class Experts(nn.Module):
    """Two of four experts a word; the others' gates are nought."""

    def __init__(self, family: Family) -> None:
        super().__init__()
        d, f, n = family.width, family.feed_forward, family.experts
        self.router = nn.Linear(d, n, bias=False)
        self.gate = nn.ModuleList(nn.Linear(d, f, bias=False) for _ in range(n))
        self.up = nn.ModuleList(nn.Linear(d, f, bias=False) for _ in range(n))
        self.down = nn.ModuleList(nn.Linear(f, d, bias=False) for _ in range(n))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        top = self.router(x).topk(2, -1)
        shape = (*x.shape[:-1], len(self.gate))
        gates = torch.zeros(shape).scatter(-1, top.indices, top.values.softmax(-1))
        experts = zip(self.gate, self.up, self.down, strict=True)
        parts = [down(F.silu(gate(x)) * up(x)) for gate, up, down in experts]
        return sum(gates[..., i : i + 1] * part for i, part in enumerate(parts))


class Block(nn.Module):
    def __init__(self, family: Family) -> None:
        super().__init__()
        d, hd = family.width, family.width // family.heads
        self.family, self.hd = family, hd
        self.norm1, self.norm2 = Norm(family.norm, d), Norm(family.norm, d)
        self.q = nn.Linear(d, d, bias=False)
        self.k = nn.Linear(d, family.kv_heads * hd, bias=False)
        self.v = nn.Linear(d, family.kv_heads * hd, bias=False)
        self.o = nn.Linear(d, d, bias=False)
        if family.experts:
            self.mlp = Experts(family)
        else:
            self.gate = nn.Linear(d, family.feed_forward, bias=False) if family.gated else None
            self.up = nn.Linear(d, family.feed_forward, bias=False)
            self.down = nn.Linear(family.feed_forward, d, bias=False)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        b, t, d = x.shape
        h = self.norm1(x)

        def heads(y: torch.Tensor) -> torch.Tensor:
            return y.view(b, t, -1, self.hd).transpose(1, 2)

        def turned(y: torch.Tensor) -> torch.Tensor:
            left, right = y.chunk(2, -1)
            return torch.cat([left * cos - right * sin, left * sin + right * cos], -1)

        q, k, v = turned(heads(self.q(h))), turned(heads(self.k(h))), heads(self.v(h))
        repeat = self.family.heads // self.family.kv_heads
        k, v = k.repeat_interleave(repeat, 1), v.repeat_interleave(repeat, 1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(y.transpose(1, 2).reshape(b, t, d))
        h = self.norm2(x)
        if self.family.experts:
            return x + self.mlp(h)
        inner = F.silu(self.gate(h)) * self.up(h) if self.gate is not None else F.gelu(self.up(h))
        return x + self.down(inner)


class Tiny(nn.Module):
    def __init__(self, family: Family, words: int = WORDS) -> None:
        super().__init__()
        self.family = family
        self.embed = nn.Embedding(words, family.width)
        self.blocks = nn.ModuleList(Block(family) for _ in range(family.layers))
        self.norm = Norm(family.norm, family.width)
        self.head = nn.Linear(family.width, words, bias=False)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)
        hd = family.width // family.heads
        angles = torch.outer(torch.arange(LENGTH), 1e4 ** (-torch.arange(0, hd, 2) / hd))
        self.cos, self.sin = angles.cos(), angles.sin()

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        x = self.embed(words)
        t = words.shape[1]
        for block in self.blocks:
            x = block(x, self.cos[:t], self.sin[:t])
        return self.head(self.norm(x))


class Language:
    """Text of a seeded second-order chain: each pair of words is followed by few others."""

    def __init__(self, seed: int) -> None:
        chance = torch.Generator().manual_seed(seed)
        self.next = torch.randint(WORDS, (WORDS, 2, 4), generator=chance)

    def batch(self, chance: torch.Generator) -> torch.Tensor:
        text = torch.empty(BATCH, LENGTH + 1, dtype=torch.long)
        text[:, :2] = torch.randint(WORDS, (BATCH, 2), generator=chance)
        picks = torch.multinomial(
            torch.tensor([0.6, 0.25, 0.1, 0.05]), BATCH * LENGTH, True, generator=chance
        ).view(BATCH, LENGTH)
        for i in range(2, LENGTH + 1):
            text[:, i] = self.next[text[:, i - 1], text[:, i - 2] % 2, picks[:, i - 1]]
        return text


def train(model: Tiny, language: Language, order: int, steps: int, rate: float = 3e-3,
          parameters: list[nn.Parameter] | None = None) -> float:  # fmt: skip
    """Train in place; returns the last loss."""
    chance = torch.Generator().manual_seed(order)
    chosen = parameters or list(model.parameters())
    adam = torch.optim.AdamW(chosen, lr=rate, weight_decay=0.05)
    warm = max(1, steps // 10)
    shape = torch.optim.lr_scheduler.LambdaLR(
        adam, lambda s: min((s + 1) / warm, 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * s / steps)))
    )
    loss = torch.tensor(0.0)
    for _ in range(steps):
        text = language.batch(chance)
        loss = F.cross_entropy(model(text[:, :-1]).flatten(0, 1), text[:, 1:].flatten())
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(chosen, 1.0)
        adam.step()
        shape.step()
    return loss.item()


def fresh(family: Family, seed: int) -> Tiny:
    torch.manual_seed(seed)
    return Tiny(family)
