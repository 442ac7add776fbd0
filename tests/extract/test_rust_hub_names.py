"""Hub repositories that Rust sources name: literals, arms of a match, templates."""

from __future__ import annotations

from tests.support.reading import ids, lines, read

HEAD = "use hf_hub::{api::sync::Api, Repo, RepoType};\n"


def test_a_literal_is_what_is_fetched_whatever_it_looks_like() -> None:
    found = read(
        "src/main.rs",
        HEAD + 'let id = match w { W::A => "acme/plainname", W::B => "acme/other" };\n'
        'let kind = "text/plain"; let file = "onnx/model.onnx"; let r = "refs/pr/5";\n'
        '// "acme/old"\n',
    )
    assert ids(found, "model") == {"pkg:huggingface/acme/plainname", "pkg:huggingface/acme/other"}


def test_without_the_crate_a_literal_must_read_like_a_model() -> None:
    assert ids(read("src/main.rs", 'let a = "acme/plainname";\n'), "model") == set()


def test_templates_over_the_arms_of_a_match() -> None:
    text = HEAD + (
        "fn name(&self) -> String {\n"
        "    let name = match self {\n"
        '        Self::A0 => "a0",\n'
        '        Self::B1 => "b1",\n'
        "    };\n"
        '    format!("timm/repvgg_{name}.rvgg_in1k")\n'
        "}\n"
        "let (version, size) = match w {\n"
        '    W::Small => ("2", "0.5B"),\n'
        '    W::Large => ("1.5", "7B"),\n'
        "};\n"
        'let id = format!("Qwen/Qwen{}-{}", version, size);\n'
    )
    found = read("src/main.rs", text)
    assert ids(found, "model") == {
        "pkg:huggingface/timm/repvgg_a0.rvgg_in1k", "pkg:huggingface/timm/repvgg_b1.rvgg_in1k",
        "pkg:huggingface/Qwen/Qwen2-0.5B", "pkg:huggingface/Qwen/Qwen1.5-7B",
    }  # fmt: skip
    assert lines(found, "pkg:huggingface/timm/repvgg_b1.rvgg_in1k") == [5]


def test_a_template_of_unknown_parts_names_nothing() -> None:
    text = HEAD + 'let id = format!("acme/{}", args.name);\nlet o = format!("{owner}/model");\n'
    assert ids(read("src/main.rs", text)) <= {"pkg:cargo/hf-hub"}


def test_a_data_set_by_the_call_or_the_variable_that_takes_it() -> None:
    found = read(
        "src/main.rs",
        HEAD + 'let a = api.dataset("acme/stories".to_string());\n'
        'let data_id = "acme/pages";\nprintln!("{}", data_id);\n'
        "let b = api.dataset(data_id.to_string());\n",
    )
    assert ids(found, "dataset") == {
        "dataset:huggingface/acme/stories", "dataset:huggingface/acme/pages",
    }  # fmt: skip
    assert ids(found, "model") == set()
