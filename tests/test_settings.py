"""The settings file: what may stand in it, what is said about what may not."""

import tomllib

import pytest

from rnn_tui.errors import UsageError
from rnn_tui.settings import Settings, line_of, read_settings, remember, to_toml, with_setting


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "settings.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_no_file_means_the_defaults(tmp_path):
    assert read_settings(tmp_path / "nowhere" / "settings.toml") == Settings()


def test_everything_can_be_set(write):
    path = write(
        'theme = "nord"\npalette = "okabe-ito"\nprofile = "ssh"\nfps = 6\n'
        '[keys]\nquit = "x, ctrl+q"\nhelp = ["f1"]\n'
    )
    assert read_settings(path) == Settings(
        theme="nord",
        palette="okabe-ito",
        profile="ssh",
        fps=6,
        keys={"quit": ("x", "ctrl+q"), "help": ("f1",)},
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n\nfps = 100\n", 3, "fps: must be less than or equal to 60, not 100"),
        ('fps = "ten"', 1, "fps: must be an integer, not 'ten'"),
        ('# mine\nprofil = "ssh"', 2, "profil: unknown key (did you mean profile?)"),
        ('profile = "isdn"', 1, "profile: must be 'auto', 'local' or 'ssh', not 'isdn'"),
        ('palette = "pink"', 1, "palette: must be 'blue-orange'"),
        ('theme = "x"\n[keys]\n\nquit = 3', 4, "keys.quit: must be a key such as"),
        ('[keys]\n"quit" = ""', 2, "keys.quit: must be a key such as"),
        ("keys = 3", 1, "keys: must be a dictionary, not 3"),
    ],
)
def test_a_fault_is_told_by_file_line_and_key(write, text, line, said):
    path = write(text)
    with pytest.raises(UsageError) as caught:
        read_settings(path)
    assert str(caught.value).startswith(f"{path}:{line}: {said}")


def test_every_fault_is_told(write):
    with pytest.raises(UsageError) as caught:
        read_settings(write('fps = 0\nprofile = "isdn"'))
    assert len(str(caught.value).splitlines()) == 2


def test_what_is_no_toml_is_told_with_its_line(write):
    path = write("fps = 4\nfps 5")
    with pytest.raises(UsageError, match=r"is not valid TOML: .*line 2"):
        read_settings(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"#" * (1 << 20) + b"###"])
def test_what_is_no_text_or_far_too_long_is_refused(tmp_path, content):
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="so it is no"):
        read_settings(path)


def test_a_folder_in_its_place_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ('a = 1\n[keys]\nquit = "x"', ("keys", "quit"), 3),
        ("quit = 1\n[keys]\nhelp = 2", ("keys", "quit"), None),
        ('keys.quit = "x"', ("keys", "quit"), 1),
        ('keys = {quit = "x"}', ("keys", "quit"), 1),
        ("[ keys ]", ("keys",), 1),
    ],
)
def test_the_line_of_a_key(text, key, line):
    assert line_of(text, key) == line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "nord"\n'),
        ('# mine\ntheme="x" # old\nfps = 4\n', '# mine\ntheme = "nord"\nfps = 4\n'),
        ('[keys]\ntheme = "t"\n', 'theme = "nord"\n[keys]\ntheme = "t"\n'),
    ],
)
def test_a_setting_is_changed_and_all_else_stays(before, after):
    assert with_setting(before, "theme", "nord") == after


def test_what_is_remembered_is_read_again(tmp_path):
    path = tmp_path / "new" / "settings.toml"
    remember(path, "theme", "nord")
    remember(path, "theme", "gruvbox")
    assert read_settings(path).theme == "gruvbox"
    assert [*path.parent.iterdir()] == [path]


def test_what_is_printed_can_be_read_again(write):
    settings = Settings(theme="nord", fps=6, keys={"quit": ("x", "ctrl+q")})
    assert read_settings(write(to_toml(settings))) == settings
    assert tomllib.loads(to_toml(Settings())) == Settings().model_dump(
        exclude={"theme", "fps", "keys"}
    )
