"""Addresses with a part that is put in at run time: whose they are all the same."""

from __future__ import annotations

import pytest

from tests.support.reading import component, ids, places, read


@pytest.mark.parametrize(
    ("path", "line", "service"),
    [
        ("a.py", 'u = f"https://runtime.sagemaker.{region}.amazonaws.com/endpoints/x"',
         "service:aws-sagemaker"),
        ("a.py", 'u = "https://{}-aiplatform.googleapis.com/v1".format(region)',
         "service:google-vertex-ai"),
        ("a.py", 'u = "https://%s.openai.azure.com/openai" % resource', "service:azure-openai"),
        ("a.py", 'u = "https://inference.generativeai." + region + ".oci.oraclecloud.com"',
         "service:oci-generative-ai"),
        ("a.ts", "const u = `https://${options.account}.snowflakecomputing.com/api/v2`;",
         "service:snowflake-cortex"),
        ("a.ts", "const u = `https://${(o as any).account}.snowflakecomputing.com/api`;",
         "service:snowflake-cortex"),
        ("a.go", 'var u = fmt.Sprintf("https://inference.generativeai.%s.oci.oraclecloud.com", r)',
         "service:oci-generative-ai"),
        ("a.rb", 'u = "https://#{account}.openai.azure.com/"', "service:azure-openai"),
        ("a.sh", "curl https://runtime.sagemaker.${REGION}.amazonaws.com/endpoints/x",
         "service:aws-sagemaker"),
        ("a.sh", "curl https://runtime.sagemaker.$REGION.amazonaws.com/endpoints/x",
         "service:aws-sagemaker"),
    ],
)  # fmt: skip
def test_a_host_with_a_part_put_in(path: str, line: str, service: str) -> None:
    found = read(path, f"\n{line}\n")
    assert ids(found, "service") == {service}
    (place,) = places(found, service)
    assert (place.line, place.confidence) == (2, "medium")


def test_an_address_to_fill_in_is_an_offer() -> None:
    found = read("a.py", 'U = "https://<resource>.openai.azure.com/"\n')
    assert component(found, "service:azure-openai").usage == "optional"


@pytest.mark.parametrize(
    "line",
    [
        'f"https://{host}/v1/chat"', 'f"https://{sub}.acme.example/v1"', 'f"https://{name}.com"',
        'f"https://api.{domain}"', 'f"https://{a}.{b}.{c}"', 'f"http://localhost:{port}/v1"',
        'f"https://{owner}.github.io/docs"', '"https://" + host + "/openai"',
    ],
)  # fmt: skip
def test_a_host_that_stays_unknown(line: str) -> None:
    assert ids(read("a.py", f"u = {line}\n"), "service") == set()


def test_where_it_stands_counts() -> None:
    found = read("a.py", '# f"https://{r}.openai.azure.com/openai"\n')
    assert component(found, "service:azure-openai").usage == "commented"


def test_many_parts_take_no_time() -> None:
    text = 'u = "https://' + "{a}." * 20_000 + '"\n' + 'v = "https://{' + "x" * 200_000 + '"\n'
    assert ids(read("a.py", text), "service") == set()
