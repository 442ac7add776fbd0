"""Classes of a module that are derived from known ones."""

from __future__ import annotations

from tests.support.reading import gaps, ids, lines, read

PADDING = "    a = 1\n    b = 2\n    c = 3\n    d = 4\n"


def test_a_derived_class_is_called_as_its_base() -> None:
    found = read(
        "a.py",
        "from langchain_openai import ChatOpenAI\n"
        "class Chat(ChatOpenAI):\n"
        "    def extra(self): ...\n"
        f"def make():\n{PADDING}    return Chat(model='gpt-4.1')\n",
    )
    assert ids(found, "model") == {"model:openai/gpt-4.1"}
    assert lines(found, "model:openai/gpt-4.1") == [9]


def test_a_field_stands_for_an_argument_that_is_left_out() -> None:
    text = """\
        from langchain_openai import ChatOpenAI
        class Chat(ChatOpenAI):
            model_name: str = "gpt-4o-mini"
        class Better(Chat):
            model_name: str = "gpt-4o"
        a, b = Chat(), Better()
        """
    found = read("a.py", text)
    assert ids(found, "model") == {"model:openai/gpt-4o-mini", "model:openai/gpt-4o"}
    assert lines(found, "model:openai/gpt-4o") == [5]


def test_a_constructor_says_what_it_hands_on() -> None:
    found = read(
        "a.py",
        """\
        from lighteval.tasks.lighteval_task import LightevalTaskConfig
        class Own(LightevalTaskConfig):
            def __init__(self, name, repo="acme/questions", subset=None):
                super().__init__(name=name, hf_repo=repo, hf_subset=subset)
        TASKS = [Own("a", "acme/other"), Own(name="b", repo="acme/third"), Own("c")]
        """,
    )
    assert ids(found, "dataset") == {
        f"dataset:huggingface/acme/{name}" for name in ("questions", "other", "third")
    }


def test_what_a_constructor_only_hands_through() -> None:
    found = read(
        "a.py",
        """\
        from langchain_openai import ChatOpenAI
        class Chat(ChatOpenAI):
            def __init__(self, tries=3, **rest):
                super().__init__(**rest)
        a = Chat(tries=2, model="gpt-4.1")
        """,
    )
    assert ids(found, "model") == {"model:openai/gpt-4.1"}


def test_a_client_with_a_constructor_of_its_own() -> None:
    found = read(
        "a.py",
        """\
        from openai import OpenAI
        class Local(OpenAI):
            def __init__(self):
                super().__init__(base_url="http://localhost:8000/v1", api_key="x")
        client = Local()
        client.chat.completions.create(model="gpt-3.5-turbo", messages=[])
        """,
    )
    assert ids(found) & {"service:openai", "model:openai/gpt-3.5-turbo"} == set()
    assert ("gpt-3.5-turbo", "alias-of-local-model", 6) in gaps(found)


def test_a_class_of_the_same_name_elsewhere_is_another() -> None:
    found = read(
        "a.py",
        """\
        from acme import ChatOpenAI
        class Chat(ChatOpenAI): ...
        class Mine(list): ...
        a, b = Chat(model="acme-large"), Mine("acme-small-9")
        """,
    )
    assert ids(found, "model") == set()


def test_classes_that_are_each_others_bases_end() -> None:
    text = "from openai import OpenAI\n" + "".join(
        f"class C{n}(C{(n + 1) % 40}, OpenAI): ...\n" for n in range(40)
    )
    found = read("a.py", text + "c = C0(base_url='https://api.groq.com/openai/v1')\n")
    assert "service:groq" in ids(found, "service")
