import io

from hygie.config.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_than_on_a_terminal_it_is_lines():
    stream = io.StringIO()
    progress = Progress(stream)
    for done in range(101):
        progress("People", done, 100)
    progress.end()
    assert stream.getvalue().splitlines() == ["People: 0/100", "People: 100/100"]


def test_on_a_terminal_it_is_a_bar_on_one_line():
    stream = Terminal()
    progress = Progress(stream)
    progress("People", 0, 4)
    progress("People", 4, 4)
    progress("Documents", 7, 0)
    progress.end()
    first, second, _ = stream.getvalue().split("\n")
    assert first.endswith("\r\x1b[KPeople [" + "#" * 32 + "] 4/4")
    assert second.endswith("Documents 7")
