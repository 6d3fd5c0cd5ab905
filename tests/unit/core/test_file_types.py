"""Files are known by their bytes: what WhatsApp carries is named, what could run or be two things is never shown."""

from __future__ import annotations

import io
import zipfile

import pytest

from core.file_types import PROGRAM, UNKNOWN, type_of

ZEROS = b"\x00" * 400
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"


def a_zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "conteúdo")
    return buffer.getvalue()


def brand(name: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + name + ZEROS


KNOWN = {
    "image/jpeg": JPEG + ZEROS,
    "image/png": b"\x89PNG\r\n\x1a\n" + ZEROS,
    "image/gif": b"GIF89a" + ZEROS,
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + ZEROS,
    "audio/ogg": b"OggS\x00\x02" + ZEROS,
    "audio/mpeg": b"\xff\xfb\x90\x64" + ZEROS,
    "audio/aac": b"\xff\xf1\x50\x80" + ZEROS,
    "audio/amr": b"#!AMR\n" + ZEROS,
    "audio/mp4": brand(b"M4A "),
    "audio/wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + ZEROS,
    "video/mp4": brand(b"mp42"),
    "video/3gpp": brand(b"3gp4"),
    "application/pdf": b"%PDF-1.7\n" + ZEROS,
    "application/x-ole-storage": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + ZEROS,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": a_zip(
        "[Content_Types].xml", "word/document.xml"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": a_zip(
        "[Content_Types].xml", "xl/workbook.xml"
    ),
    "application/zip": a_zip("fatura.txt"),
    "text/plain": "BEGIN:VCARD\nFN:João\nEND:VCARD\n".encode(),
    "text/html": b"\n<!DOCTYPE html><html><body>oi",
    "image/svg+xml": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".replace(
        b"<script/>", b""
    ),
    "application/xml": b"<?xml version='1.0'?><nota/>",
}
PROGRAMS = {
    "exe": b"MZ\x90\x00" + ZEROS,
    "elf": b"\x7fELF" + ZEROS,
    "apk": a_zip("AndroidManifest.xml", "classes.dex"),
    "jar": a_zip("META-INF/MANIFEST.MF", "a.class"),
    "script": b"#!/bin/sh\nrm -rf /\n",
    "shortcut": b"L\x00\x00\x00\x01\x14\x02\x00" + ZEROS,
}
TWO_THINGS = {
    "picture and page": JPEG + b"<script>alert(1)</script>" + ZEROS,
    "picture and archive": JPEG + ZEROS + a_zip("a.class"),
    "picture and document": JPEG + b"%PDF-1.4" + ZEROS,
    "gif and page": b"GIF89a/*<HTML>*/" + ZEROS,
    "document and archive": b"%PDF-1.7\n" + ZEROS + a_zip("x"),
}


@pytest.mark.parametrize(("name", "data"), KNOWN.items())
def test_file_is_named_by_its_bytes(name: str, data: bytes) -> None:
    assert type_of(data) == name


@pytest.mark.parametrize("data", PROGRAMS.values(), ids=PROGRAMS)
def test_program_is_known_as_one(data: bytes) -> None:
    assert type_of(data) == PROGRAM


@pytest.mark.parametrize("data", TWO_THINGS.values(), ids=TWO_THINGS)
def test_file_that_is_two_things_is_none_of_them(data: bytes) -> None:
    assert type_of(data) == UNKNOWN


@pytest.mark.parametrize("data", [b"", b"\x00" * 10, b"\x01\x02\xfe\xff", b"PK\x03\x04quebrado", b"RIFF", b"ab\x00cd"])
def test_what_nobody_knows_is_bytes(data: bytes) -> None:
    assert type_of(data) == UNKNOWN


def test_long_text_may_be_cut_within_a_letter() -> None:
    assert type_of(("a" * 4095 + "ção" * 50).encode()) == "text/plain"
