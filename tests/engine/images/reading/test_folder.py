"""Folders of pictures: classes by folders, attributes by a CSV, and every way in which a file can be wrong."""

import numpy as np
import pytest

from engine.images.files import read_path
from engine.notice import Notice
from tests.engine.images.known_files import encoded

GREY = np.random.default_rng(0).integers(0, 256, (4, 16, 16), np.uint8)
COLOUR = np.random.default_rng(1).integers(0, 256, (4, 16, 16, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    """A folder of pictures; called, it puts files there."""

    def put(**files: bytes | str):
        for name, content in files.items():
            path = tmp_path / "mine" / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "mine"

    return put


def test_grey_pictures_come_out_as_they_went_in_in_the_order_of_their_names(folder):
    pictures = read_path(folder(b_dot_png=encoded(GREY[1]), a_dot_png=encoded(GREY[0]), notes_dot_txt="hello"))
    assert np.array_equal(pictures.pixels[..., 0], GREY[:2])
    assert pictures.labels.tolist() == [-1, -1]
    assert pictures.title == "mine"
    assert pictures.attributes.shape == (0, 0)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True})])
def test_colours_come_out_as_they_went_in(folder, kind, options):
    pictures = read_path(folder(**{f"a_dot_{kind.lower()}": encoded(COLOUR[0], kind, **options)}))
    assert np.array_equal(pictures.pixels[0], COLOUR[0])


def test_one_coloured_picture_makes_all_of_them_coloured(folder):
    path = folder(a_dot_png=encoded(GREY[0]), b_dot_png=encoded(COLOUR[0]))
    assert read_path(path).shape.channels == 3
    assert read_path(path, grey=True).shape.channels == 1


def test_folders_within_are_classes(folder):
    files = {"10__a_dot_png": GREY[0], "2__b_dot_png": GREY[1], "2__deep__c_dot_png": GREY[2], "d_dot_png": GREY[3]}
    pictures = read_path(folder(**{name: encoded(pixels) for name, pixels in files.items()}))
    assert pictures.class_names == ("2", "10")
    assert pictures.labels.tolist() == [1, 0, 0, -1]


def test_the_side_is_the_most_frequent_one_and_other_pictures_are_cropped_and_scaled(folder):
    wide = np.zeros((40, 90), np.uint8)
    wide[:, 25:65] = 70
    pictures = read_path(folder(a_dot_png=encoded(GREY[0]), b_dot_png=encoded(GREY[1]), c_dot_png=encoded(wide)))
    assert pictures.shape == (16, 16, 1)
    assert (pictures.pixels[2] == 70).all()


def test_large_pictures_come_at_the_usual_side_or_the_one_that_is_asked_for(folder):
    path = folder(a_dot_jpg=encoded(np.full((300, 400, 3), 120, np.uint8), "JPEG"))
    assert read_path(path).shape == (64, 64, 3)
    assert read_path(path, side=100).shape == (100, 100, 3)


def test_transparent_places_are_white(folder):
    clear = np.zeros((16, 16, 4), np.uint8)
    clear[:8, :, 3] = 255
    pixels = read_path(folder(a_dot_png=encoded(clear))).pixels[0]
    assert (pixels[:8] == 0).all()
    assert (pixels[8:] == 255).all()


def test_sixteen_bits_are_scaled(folder):
    deep = np.full((16, 16), 32768, np.uint16)
    assert (read_path(folder(a_dot_png=encoded(deep))).pixels == 128).all()


def test_what_other_systems_leave_in_a_folder_is_left_alone(folder):
    path = folder(a_dot_png=encoded(GREY[0]), Thumbs_dot_db="x")
    (path / "__MACOSX").mkdir()
    for name in ("._a.png", ".hidden.csv", "__MACOSX/a.png"):
        (path / name).write_bytes(b"resource")
    assert len(read_path(path).pixels) == 1


def test_links_that_lead_round_are_not_followed(folder):
    path = folder(a__a_dot_png=encoded(GREY[0]))
    (path / "a" / "round").symlink_to(path, target_is_directory=True)
    assert len(read_path(path).pixels) == 1


def test_a_single_picture_is_a_set_of_one(folder):
    path = folder(a_dot_png=encoded(GREY[0])) / "a.png"
    assert np.array_equal(read_path(path).pixels[0, ..., 0], GREY[0])


FOUR = {f"p{number}_dot_png": encoded(GREY[number]) for number in range(4)}


def test_a_table_gives_attributes_and_classes(folder):
    table = "file,smile,age,class,remark\np2.png,1,40,b,old\np0.png,0,,a,\np3.png,NaN,7.5,b,x\n"
    pictures = read_path(folder(**FOUR, any_dot_csv=table))
    assert pictures.attribute_names == ("smile", "age")
    wanted = [[0, np.nan], [np.nan, np.nan], [1, 40], [np.nan, 7.5]]
    assert np.array_equal(pictures.attributes, np.array(wanted, np.float32), equal_nan=True)
    assert [pictures.class_names[each] if each >= 0 else "" for each in pictures.labels] == ["a", "", "b", "b"]


def test_a_table_may_name_pictures_by_their_path_or_their_bare_name(folder):
    path = folder(a__one_dot_png=FOUR["p0_dot_png"], b__two_dot_png=FOUR["p1_dot_png"])
    (path / "attributes.csv").write_text("age;name\n3;a/one.png\n4,5;two.png\n")
    assert read_path(path).attributes.tolist() == [[3.0], [4.5]]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("file,age\nann.png,3\n", "faces.csv, row 2: there is no picture 'ann.png' in the folder"),
        ("file,age\n../p0.png,3\n", "faces.csv, row 2: there is no picture"),
        ("file,age\np0.png,3\np0.png,4\n", "faces.csv, row 3: the picture 'p0.png' was in row 2 already"),
        ("file,age\np0.png,3\np1.png,old\n", "faces.csv, row 3: 'old' is not a number"),
        ("file,age\np0.png,inf\n", "faces.csv, row 2: 'inf' is too large"),
        ("file,age\np0.png,1e39\n", "faces.csv, row 2: '1e39' is too large"),
        ("file,age\np0.png\n", "faces.csv, row 2: the number of columns is 1; in the first row it is 2"),
        ("file,age\np0.png,red\n", "faces.csv has no column of numbers"),
        ("file\np0.png\n", "faces.csv needs a first row with names"),
        ("", "faces.csv needs a first row with names"),
        ("file,age\n", "faces.csv names none of the pictures"),
        ("file," + ",".join("abcd" * 20) + "\np0.png" + ",1" * 80 + "\n", "80 columns of numbers; 64 attributes"),
        ("\0" * 50, "faces.csv is neither a table"),
        ("a," * 9000, "faces.csv, row 1 is longer than 10,000 characters"),
    ],
)
def test_a_wrong_table_is_refused_in_a_sentence_that_names_the_row(folder, table, sentence):
    with pytest.raises(Notice, match=sentence):
        read_path(folder(**FOUR, faces_dot_csv=table))


def test_of_several_tables_one_must_have_the_known_name(folder):
    path = folder(**FOUR, a_dot_csv="file,age\np0.png,1\n", b_dot_csv="")
    with pytest.raises(Notice, match=r"mine holds 2 CSV files; call that of the attributes attributes\.csv"):
        read_path(path)
    (path / "a.csv").rename(path / "attributes.csv")
    assert read_path(path).attribute_names == ("age",)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("p9_dot_png", b"file,age\nthis is a text", "p9.png is a damaged picture, or one of a kind"),
        ("p9_dot_png", b"", "p9.png is a damaged picture"),
        ("p9_dot_png", encoded(GREY[0])[:60], "p9.png is a damaged picture"),
        ("p9_dot_gif", encoded(GREY[0])[:-150], "p9.gif is a damaged picture"),
    ],
)
def test_a_damaged_picture_is_left_out_and_named_and_alone_it_is_refused(folder, name, content, sentence):
    alone = folder(**{name: content})
    with pytest.raises(Notice, match=f"^{sentence}"):
        read_path(alone)
    whole = read_path(folder(**FOUR))
    assert len(whole.pixels) == 4
    assert whole.left_out.startswith(f"1 of 5 pictures in mine are left out: {sentence}")


@pytest.mark.parametrize("side", [None, 16])
def test_what_is_known_of_the_good_ones_stays_theirs_when_bad_ones_are_left_out(folder, side):
    bad = {f"{each}__bad{n}_dot_png": b"no picture" for n, each in enumerate("aabb")}
    good = {"a__x_dot_png": encoded(GREY[0]), "b__y_dot_png": encoded(GREY[1]), "b__z_dot_png": encoded(GREY[2])}
    table = "file,age\n" + "".join(f"{name.replace('__', '/').replace('_dot_', '.')},{n}\n"
                                   for n, name in enumerate([*bad, *good]))  # fmt: skip
    found = read_path(folder(**bad, **good, attributes_dot_csv=table), side=side, grey=None if side is None else True)
    assert np.array_equal(found.pixels[..., 0], GREY[:3])
    assert [found.class_names[each] for each in found.labels] == ["a", "b", "b"]
    assert found.attributes[:, 0].tolist() == [4, 5, 6]
    # Three are named, with why.
    assert found.left_out.startswith("4 of 7 pictures in mine are left out: a/bad0.png is a damaged picture")
    assert "b/bad2.png" in found.left_out
    assert "bad3" not in found.left_out
    assert found.left_out.endswith("; and 1 more.")


def test_a_picture_whose_head_is_right_and_whose_pixels_are_cut_off_is_left_out(folder):
    found = read_path(folder(**FOUR, p9_dot_png=encoded(np.arange(256, dtype=np.uint8).reshape(16, 16))[:-40]))
    assert len(found.pixels) == 4
    assert "p9.png" in found.left_out


def test_where_all_are_bad_it_is_refused_and_nothing_is_said_where_all_are_good(folder):
    assert read_path(folder(**FOUR)).left_out == ""
    bad = folder(**{f"{name[:-8]}_dot_png": b"no picture" for name in FOUR})
    with pytest.raises(Notice, match=r"None of the 4 pictures in mine can be read. .* is a damaged picture"):
        read_path(bad)


def test_a_folder_without_pictures_is_refused(folder):
    with pytest.raises(Notice, match=r"mine holds no pictures: none of its files ends in \.png"):
        read_path(folder(a_dot_txt="hello"))


def test_a_file_of_another_kind_is_refused(folder):
    with pytest.raises(Notice, match=r"a\.txt is not of a kind that is read: a folder of pictures"):
        read_path(folder(a_dot_txt="hello") / "a.txt")
