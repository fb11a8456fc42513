"""Downloads from a server on this machine that answers well, breaks off, lies, is slow, or knows nothing."""

import functools
import hashlib
import http.server
import threading
import time

import pytest

from engine.images import download
from engine.images.download import File, Source, steps
from engine.notice import Notice

CONTENT = {
    name: bytes((at * 7 + len(name)) % 251 for at in range(size)) for name, size in (("a.gz", 300_000), ("b", 9))
}


class Answers(http.server.BaseHTTPRequestHandler):
    """How it answers is the first part of the path: /good/a.gz."""

    def __init__(self, *args: object, asked: list[str]) -> None:
        self.asked = asked
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        _, how, name = self.path.split("/")
        wanted, content = self.headers.get("Range"), CONTENT[name]
        self.asked.append(f"{how}/{name} {wanted or 'all'}")
        if how == "missing":
            return self.send_error(404)
        if how == "page":
            content, wanted = b"<html>log in", None
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and how != "rangeless" else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if how != "endless":
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if how == "corrupted":
            content = content[:5] + b"!!!!" + content[9:]
        content = content[start:]
        if how == "slow":
            self.wfile.write(content[:5])
            self.wfile.flush()
            time.sleep(0.8)
        elif how == "truncated":
            self.wfile.write(content[: len(content) // 3])
        elif how == "endless":
            self.wfile.write(content + b"more")
        else:
            self.wfile.write(content)
        return None

    def log_message(self, *args: object) -> None:
        """Nothing on stderr."""


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, *args: object) -> None:
        """A client that goes away in the middle is what some tests do."""


@pytest.fixture
def server():
    """The address of the server, and what it was asked."""
    asked: list[str] = []
    with Quiet(("127.0.0.1", 0), functools.partial(Answers, asked=asked)) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}", asked
        listening.shutdown()
        thread.join()


def source(*mirrors: str) -> Source:
    files = tuple(File(name, len(each), hashlib.sha256(each).hexdigest()) for name, each in CONTENT.items())
    return Source("Letters", tuple(f"{each}/" for each in mirrors), files)


def is_whole(folder) -> bool:
    return {each.name: each.read_bytes() for each in folder.iterdir()} == CONTENT


def test_files_come_whole_and_the_progress_rises_to_the_total(server, tmp_path):
    seen = list(steps(source(f"{server[0]}/good"), tmp_path / "deep" / "set"))
    assert is_whole(tmp_path / "deep" / "set")
    done = [each.done for each in seen]
    assert done == sorted(done)
    assert seen[0].done == 0
    assert seen[-1].done == seen[-1].total == 300_009
    assert len(seen) > 5


def test_what_is_there_already_is_not_fetched_again(server, tmp_path):
    list(steps(source(f"{server[0]}/good"), tmp_path))
    server[1].clear()
    list(steps(source(f"{server[0]}/good"), tmp_path))
    assert server[1] == []


def test_a_file_that_has_gone_bad_on_the_disk_is_fetched_again(server, tmp_path):
    (tmp_path / "b").write_bytes(b"123456789")
    list(steps(source(f"{server[0]}/good"), tmp_path))
    assert is_whole(tmp_path)


@pytest.mark.parametrize("how", ["good", "rangeless"])
def test_a_cancelled_download_goes_on_where_it_stopped(server, tmp_path, how):
    fetching = steps(source(f"{server[0]}/good"), tmp_path)
    while next(fetching).done < 100_000:
        pass
    fetching.close()
    there = (tmp_path / "a.gz.part").stat().st_size
    assert not (tmp_path / "a.gz").exists()
    assert 100_000 <= there < 300_000
    list(steps(source(f"{server[0]}/{how}"), tmp_path))
    assert is_whole(tmp_path)
    assert server[1][1] == f"{how}/a.gz bytes={there}-"


def test_a_download_that_breaks_off_is_said_and_what_came_is_kept(server, tmp_path):
    with pytest.raises(Notice, match=r"Letters, a\.gz could not be .* it ended after 100,000 of 300,000 bytes"):
        list(steps(source(f"{server[0]}/truncated"), tmp_path))
    assert (tmp_path / "a.gz.part").stat().st_size == 100_000
    list(steps(source(f"{server[0]}/good"), tmp_path))
    assert is_whole(tmp_path)


def test_a_wrong_checksum_removes_the_file(server, tmp_path):
    with pytest.raises(Notice, match=r"127\.0\.0\.1:\d+: its checksum is wrong, so it was removed\)\."):
        list(steps(source(f"{server[0]}/corrupted"), tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_stop_is_cut_off(server, tmp_path):
    with pytest.raises(Notice, match="it sends more than the 300,000 bytes"):
        list(steps(source(f"{server[0]}/endless"), tmp_path))
    assert (tmp_path / "a.gz.part").stat().st_size <= 300_000


def test_a_server_that_falls_silent_is_given_up(server, tmp_path):
    with pytest.raises(Notice, match="it does not answer in time"):
        list(steps(source(f"{server[0]}/slow"), tmp_path, timeout_secs=0.2))
    assert (tmp_path / "a.gz.part").stat().st_size == 5


@pytest.mark.parametrize("first", ["missing", "truncated", "corrupted", "endless"])
def test_where_one_mirror_fails_the_next_is_asked(server, tmp_path, first):
    list(steps(source(f"{server[0]}/{first}", f"{server[0]}/good"), tmp_path))
    assert is_whole(tmp_path)


def test_of_mirrors_that_all_fail_every_reason_is_said(server, tmp_path):
    nobody = "http://127.0.0.1:9"
    with pytest.raises(Notice, match=r"answers 404 Not Found; 127\.0\.0\.1:9: Connection refused\)\.$"):
        list(steps(source(f"{server[0]}/missing", nobody), tmp_path))


def test_what_was_wrong_in_the_part_that_was_there_is_fetched_anew(server, tmp_path):
    (tmp_path / "a.gz.part").write_bytes(b"!" * 1000)
    list(steps(source(f"{server[0]}/good"), tmp_path))
    assert is_whole(tmp_path)
    assert server[1][:2] == ["good/a.gz bytes=1000-", "good/a.gz all"]


def test_a_page_in_place_of_the_file_is_not_kept(server, tmp_path):
    with pytest.raises(Notice, match="it offers 12 instead of 300,000 bytes"):
        list(steps(source(f"{server[0]}/page"), tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_named(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Notice, match=r"file cannot be written to: "):
        list(steps(source(f"{server[0]}/good"), tmp_path / "file"))


def test_the_sets_come_over_encrypted_connections_with_whole_checksums():
    for each in download.SOURCES.values():
        assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in each.mirrors)
        assert [file.name for file in each.files] == [file.name for file in download.SOURCES["mnist"].files]
        assert all(len(bytes.fromhex(file.sha256)) == 32 for file in each.files)
