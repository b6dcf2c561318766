"""A body in another writing than UTF-8 is refused, before anything reads it."""

import pytest
from django.test import Client as Browser

BODY = b"--x\r\nContent-Disposition: form-data; name=login\r\n\r\n\\ud800\r\n--x--\r\n"


@pytest.mark.parametrize("charset", ["unicode_escape", "base64", "idna", "utf-7", "latin-1"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/people/find/"])
def test_another_writing_is_refused(db: None, path: str, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answer = Browser().generic("POST", path, BODY, content_type=kind)
    assert answer.status_code == 400
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_ours_is_read(db: None, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = Browser().post("/accounts/login/", data=b"login=a", content_type=kind)
    assert answer.status_code == 200
