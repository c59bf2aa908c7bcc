"""From a finding to its file: the address stands for the file and nothing else."""

from __future__ import annotations

import pytest

from gongkai.links import source_link


@pytest.mark.parametrize(
    ("source", "where", "root", "words", "address"),
    [
        ("data/a.txt", "line 4, cell 2", "..", "", "../data/a.txt"),
        ("../../data/a.txt", "line 4", ".", "", "../../data/a.txt"),
        ("data/年报 1.pdf", "page 12, table 3, row 4", "../..", "", "../../data/%E5%B9%B4%E6%8A%A5%201.pdf#page=12"),
        ("a.txt", "page 12", ".", "", "a.txt"),
        (
            "a.html",
            "paragraph 6",
            ".",
            "收到申请 3 件，",
            "a.html#:~:text=%E6%94%B6%E5%88%B0%E7%94%B3%E8%AF%B7%203%20%E4%BB%B6%EF%BC%8C",
        ),
        ("a.docx", "paragraph 6", ".", "收到申请", "a.docx"),
        ("/r/a&b.txt", "line 1", "..", "", "file:///r/a%26b.txt"),
        ("javascript:alert(1).txt", "line 1", ".", "", "javascript%3Aalert%281%29.txt"),
        ('a"onclick="x.txt', "line 1", ".", "", "a%22onclick%3D%22x.txt"),
        ("a#b?c.txt", "line 1", ".", "", "a%23b%3Fc.txt"),
    ],
)
def test_address(source: str, where: str, root: str, words: str, address: str) -> None:
    assert source_link(source, where, root, words) == address
