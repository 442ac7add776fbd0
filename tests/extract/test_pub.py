"""Dart and Flutter: manifests, locks and sources."""

from __future__ import annotations

from tests.support.reading import component, gaps, ids, lines, links, read, requirement

MANIFEST = """\
name: acme_chat
environment:
  sdk: ^3.5.0
dependencies:
  flutter:
    sdk: flutter
  google_generative_ai: ^0.4.6
  dart_openai: 5.1.0
  acme_ui:
    path: ../acme_ui
  forked:
    git:
      url: https://github.com/acme/forked.git
      ref: main
  internal:
    hosted: https://pub.example.com
    version: ">=1.0.0"
dev_dependencies:
  flutter_test:
    sdk: flutter
  mocktail: any
"""
LOCK = """\
packages:
  dio:
    dependency: "direct main"
    description:
      name: dio
      url: "https://pub.example.org"
    source: hosted
    version: "5.9.2"
  mocktail:
    dependency: "direct dev"
    source: hosted
    version: "1.0.4"
  meta:
    dependency: transitive
    source: hosted
    version: "1.16.0"
  acme_ui:
    dependency: "direct main"
    source: path
    version: "0.1.0"
  forked:
    dependency: "direct main"
    description:
      url: "https://github.com/acme/forked.git"
    source: git
    version: "0.0.1"
sdks:
  dart: ">=3.5.0"
"""
SOURCE = """\
import 'package:google_generative_ai/google_generative_ai.dart';
import "package:flutter/material.dart";
import 'dart:io';
// import 'package:dart_openai/dart_openai.dart';

class Chat {
  final model = GenerativeModel(model: 'gemini-1.5-flash', apiKey: key);
  final String url =
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.0-flash:generateContent';
  static const doc = '''
    it's said that gpt-4o is asked
  ''';
}
"""


def test_manifest() -> None:
    found = read("pubspec.yaml", MANIFEST)
    assert ids(found, "package") == {
        "pkg:pub/flutter", "pkg:pub/google_generative_ai", "pkg:pub/dart_openai@5.1.0",
        "pkg:pub/forked", "pkg:pub/internal", "pkg:pub/flutter_test", "pkg:pub/mocktail",
    }  # fmt: skip
    assert lines(found, "pkg:pub/google_generative_ai") == [7]
    assert requirement(found, "pkg:pub/google_generative_ai") == "^0.4.6"
    assert requirement(found, "pkg:pub/mocktail") is None
    assert component(found, "pkg:pub/mocktail").usage == "development"
    assert ("pkg:pub/forked", "delivered-by", "service:github") in links(found)
    assert ("pkg:pub/internal", "delivered-by", "service:pub.example.com") in links(found)
    assert {g[0] for g in gaps(found)} >= {"acme_ui"}
    assert found.own == ("pkg:pub/acme_chat",)


def test_lock() -> None:
    found = read("pubspec.lock", LOCK)
    assert ids(found, "package") == {
        "pkg:pub/dio@5.9.2", "pkg:pub/mocktail@1.0.4", "pkg:pub/meta@1.16.0",
        "pkg:pub/forked@0.0.1",
    }  # fmt: skip
    assert component(found, "pkg:pub/dio@5.9.2").direct
    assert not component(found, "pkg:pub/meta@1.16.0").direct
    assert component(found, "pkg:pub/mocktail@1.0.4").usage == "development"
    assert ("pkg:pub/forked@0.0.1", "delivered-by", "service:github") in links(found)


def test_source() -> None:
    found = read("lib/chat.dart", SOURCE)
    assert lines(found, "pkg:pub/google_generative_ai") == [1]
    assert "pkg:pub/dart_openai" not in ids(found)
    assert lines(found, "model:google-gemini/gemini-1.5-flash") == [7]
    assert lines(found, "model:google-gemini/gemini-2.0-flash") == [9]
    assert component(found, "service:google-gemini").usage == "used"


def test_broken() -> None:
    assert read("pubspec.yaml", "dependencies: [a, b").gaps
    assert ids(read("pubspec.yaml", "dependencies: 3\ndev_dependencies: [a]\n")) == set()
    assert ids(read("pubspec.lock", "packages: {a: 1, b: {version: [1]}}\n")) == {
        "pkg:pub/a", "pkg:pub/b",
    }  # fmt: skip
