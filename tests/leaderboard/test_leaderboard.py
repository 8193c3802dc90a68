import json
import re
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from photorank.index.importing.import_embeddings import ImportRequest, import_embeddings
from photorank.index.judging.import_rows import import_labels
from photorank.index.opened import Index
from photorank.labels.tables.judgement_tables import read_labels
from photorank.leaderboard.contest import Contest, run_contest
from photorank.leaderboard.explanations import how_made
from photorank.leaderboard.indexes_of_same_photos import panels_of
from photorank.leaderboard.interval_chart import ChartRow, interval_chart
from photorank.leaderboard.make_leaderboard import make_leaderboard
from photorank.leaderboard.summary import summary
from photorank.leaderboard.tables import encoder_table, index_table, result_table, seen_table
from photorank.leaderboard.write_report import report_bytes
from photorank.learning.held_out_directions import out_of_fold_ratings
from photorank.learning.learn_vector import learn_vector
from photorank.learning.protocol import Protocol
from photorank.learning.split_into_folds import split_into_folds
from photorank.metrics.held_out_pairs import HeldOutPairs
from photorank.vectors.learners.mean_difference import MeanDifference
from photorank.vectors.store import add_vector
from photorank.workspace import Workspace
from tests.fixtures.command_line import COMMAND, invoke

N = 90
FAST = Contest(None, ("mean-difference",), Protocol(folds=3, repeats=2), costs=False)


@pytest.fixture
def encoders(tmp_path, monkeypatch):
    """Function that builds an index of judged photos with a simulated encoder."""
    monkeypatch.setenv("PHOTORANK_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    scores = rng.normal(size=N)
    names = [f"/nowhere/{number:03}.jpg" for number in range(N)]
    labels = tmp_path / "labels.csv"
    rows = [f"{names[at]},{scores[at]},album {at // 9}" for at in range(N)]
    labels.write_text("\n".join(["file,score,group", *rows]))

    def made(name, noise, *, seed, keep=N, judged=True, common=0.0):
        X = np.random.default_rng(seed).normal(size=(N, 12))
        X[:, 1] += common
        X[:, 0] = scores + noise * X[:, 0]
        folder = tmp_path / name
        folder.mkdir()
        np.save(folder / "x.npy", X[:keep].astype(np.float32))
        pq.write_table(pa.table({"path": names[:keep]}), folder / "x.parquet")
        paths = Workspace.current().index(name)
        import_embeddings(paths, ImportRequest(folder, f"<b>{name}</b> | x"))
        if judged:
            import_labels(paths, read_labels(labels), partial=True)
        return Index.open(paths)

    return made


@pytest.mark.slow
def test_indexes_of_the_same_photos_are_one_panel(encoders):
    """Indexes are compared on the photos they share; an index without judgements is left out."""
    indexes = [
        encoders("good", 0.3, seed=1),
        encoders("fewer", 1.0, seed=2, keep=80),
        encoders("mute", 1.0, seed=3, judged=False),
    ]
    [panel], left_out = panels_of(indexes)

    assert [index.name for index in panel.indexes] == ["good", "fewer"]
    assert {len(photos.X) for photos in panel.photos} == {80}
    assert left_out == ["mute has no judgements to test on"]
    assert panel.notes[0].startswith("80 of the 90 judged photos of good")
    for index, photos in zip(panel.indexes, panel.photos, strict=True):
        first = index.photo(int(photos.rows[0])).path
        assert first.name == "000.jpg"


@pytest.mark.slow
def test_rows_are_those_of_the_same_folds(encoders):
    """All indexes in a leaderboard are tested on the same cross-validation folds."""
    [panel], _ = panels_of([encoders("good", 0.3, seed=1), encoders("poor", 2.0, seed=2)])
    report = run_contest(panel, FAST)

    protocol = replace(FAST.protocol, fold_by="group")
    folds = split_into_folds(panel.photos[0], protocol, panel.near_duplicates)
    pairs = HeldOutPairs.of(panel.photos[0].comparisons, folds)
    best = report.fair()[0]
    assert (best.index, best.contender) == ("good", "mean-difference")
    for row in report.fair():
        photos = panel.photos[[index.name for index in panel.indexes].index(row.index)]
        ratings = out_of_fold_ratings(MeanDifference(), photos, folds)
        assert row.result.accuracy == pairs.accuracy(ratings).limits
    [lead] = report.against_best().values()
    poor = report.fair()[1].result.accuracy.value
    assert lead.lead_of(best.full_name).value == pytest.approx(
        best.result.accuracy.value - poor, abs=1e-9
    )
    assert lead.p_holm == lead.p < 0.05
    assert summary(report)[1:] == (
        "It is ahead of each of the others (p < 0.05 after correction for 1 comparison).",
    )


@pytest.mark.slow
def test_an_encoder_that_takes_all_photos_for_one_does_not_decide_the_folds(encoders):
    """If one encoder sees all photos as copies, the other encoders decide which are copies."""
    blind, good = encoders("blind", 0.0, seed=1, common=40.0), encoders("good", 0.3, seed=2)
    [panel], _ = panels_of([good, blind])
    assert (panel.near_duplicates == panel.photos[0].near_duplicates).all()
    assert panel.notes == [
        f"blind: its encoder takes {N} of {N} photos for copies of one picture. It hardly tells "
        "photos apart, as a network with random weights does, so which photos are copies is told "
        "by the other encoders"
    ]
    [alone], _ = panels_of([blind])
    assert (alone.near_duplicates == 0).all()
    assert not alone.notes


@pytest.mark.slow
def test_a_vector_that_has_seen_the_photos_is_never_the_best(encoders):
    """If a vector has seen the photos and is not refitted, it ranks last and cannot be the best."""
    index = encoders("good", 0.3, seed=1)
    learned = learn_vector(index, "mine", "mean-difference")
    add_vector(index, learned)
    seen = replace(learned, name="seen", kind="given")
    add_vector(index, seen)
    report = run_contest(panels_of([index])[0][0], FAST)

    rows = {row.contender: row for row in report.scope("all")}
    assert rows["mine"].result.refitted
    assert rows["seen"].result.in_sample
    assert report.scope("all")[-1].contender == "seen"
    assert "seen" not in {row.contender for row in report.fair()}
    assert [row[0] for row in seen_table(report, "all").rows] == ["seen"]
    assert "seen" not in {row[0] for row in result_table(report, "all").rows}


def _told(report, behind):
    """Copy of a report, with the given intervals and p-values for differences between results."""
    best = report.fair()[0].full_name
    differences = []
    for one in report.compared():
        low, high, p_holm = behind.get(one.other(best).split()[-1], (0.0, 0.1, 1.0))
        lead = {"value": (low + high) / 2, "low": low, "high": high}
        if best != one.a:
            lead = {"value": -lead["value"], "low": -high, "high": -low}
        differences.append(replace(one, p_holm=p_holm, **lead))
    return replace(report, differences=tuple(differences))


@pytest.mark.slow
def test_the_summary_does_not_call_equal_what_is_not_proven_worse(encoders):
    """If the interval of a difference includes 0, the summary says `not told apart`."""
    noise = {"best": 0.1, "near": 1.0, "behind": 2.0, "worse": 4.0}
    indexes = [encoders(name, noise[name], seed=seed) for seed, name in enumerate(noise)]
    report = run_contest(panels_of(indexes)[0][0], FAST)
    behind = {"near": (-0.1, 0.3, 1.0), "behind": (0.1, 0.3, 0.2), "worse": (0.2, 0.4, 0.01)}
    first, near, apart, worse, power = summary(_told(report, behind))

    assert "mean-difference on the index best" in first
    assert near.startswith("Not told apart from it (the interval of the difference includes 0): ")
    assert near.endswith("mean-difference @ near, 0.100 [-0.100, 0.300] behind.")
    assert "after correction for 6 comparisons" in apart
    assert "excludes 0: mean-difference @ behind, 0.200 [0.100, 0.300] behind" in apart
    assert "Proven worse" in worse
    assert "mean-difference @ worse" in worse
    assert "6 test folds" in power
    assert "5 degrees of freedom" in power
    many = summary(_told(replace(report, most_folds=30), behind))[-1]
    assert "--folds 10 --repeats 3 proves more" in many
    assert power.endswith("of freedom. Fewer rows (--vectors, --learners) need less correction.")
    enough = replace(report, protocol=replace(report.protocol, folds=10, repeats=3))
    assert not any("degrees of freedom" in one for one in summary(_told(enough, behind)))


@pytest.mark.slow
def test_encoders_are_compared_at_the_same_learner(encoders):
    """The encoder table compares two indexes with the same learner and names the better first."""
    indexes = [encoders("good", 0.3, seed=1), encoders("poor", 2.0, seed=2)]
    report = run_contest(panels_of(indexes)[0][0], FAST)
    [row] = encoder_table(report).rows
    assert row[:3] == ("mean-difference", "good", "poor")
    [lead] = report.compared()
    assert row[3].startswith(f"{abs(lead.value):.3f} [")


@pytest.mark.slow
def test_it_is_told_how_a_report_was_made(encoders, tmp_path):
    """A report states the labels, folds, pairs and vectors that its results come from."""
    indexes = [encoders("good", 0.3, seed=1), encoders("poor", 2.0, seed=2)]
    mine = learn_vector(indexes[0], "mine", "mean-difference")
    add_vector(indexes[0], mine)
    board = make_leaderboard(indexes, replace(FAST, protocol=replace(FAST.protocol, seed=7)))
    [panel] = board.panels
    told = dict(how_made(board, panel))
    n_pairs = panel.rows[0].result.n_pairs
    assert "from labels.csv: scores from" in told["Labels"]
    assert "for 90 photos" in told["Labels"]
    assert "dealt into 3 test folds, 2 times anew (seed 7); a group is never split" in told["Folds"]
    assert told["Pairs"].startswith(
        f"of 4,005 pairs that 90 photos make, on average {n_pairs:,} are"
    )
    assert told["Vector mine"] == "mean-difference, judgements in the index 'good'."
    assert told["No row"] == "where an index has no such vector. poor lacks mine."
    assert board.command == (
        "photorank leaderboard --index good --index poor --learners mean-difference --folds 3 "
        "--repeats 2 --seed 7 --no-costs"
    )


@pytest.mark.slow
def test_the_report_is_one_page_without_anything_from_outside(encoders):
    """The HTML report escapes names, draws charts inline and loads nothing from elsewhere."""
    board = make_leaderboard([encoders("good", 0.3, seed=1), encoders("poor", 2.0, seed=2)], FAST)
    page = report_bytes(board, ".html").decode()

    assert "<b>good</b>" not in page
    assert "&lt;b&gt;good&lt;/b&gt; | x" in page
    assert page.count("<svg") == 2  # all pairs, and those within groups
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "there is no picture of this photo" in page
    text = report_bytes(board, ".md").decode()
    assert "\\<b\\>good\\</b\\> \\| x" in text
    panel = board.panels[0]
    local = replace(panel.rows[0], encoder="open_clip:ViT-B-32@/home/ann/weights.pt")
    assert replace(local, cost=None).encoder_name == "open_clip:ViT-B-32@weights.pt"
    assert index_table(replace(panel, rows=(local,))).rows[0][1] == local.encoder_name
    assert board.command in page
    assert board.command in text
    assert "from labels.csv: scores from" in text  # a report is for others, and names no folders
    data = json.loads(report_bytes(board, ".json"))
    assert data["panels"][0]["rows"][0]["result"]["metrics"]["pairwise_accuracy"]["value"] > 0.5


@pytest.mark.slow
def test_the_command_writes_every_form(encoders, tmp_path):
    """The HTML, Markdown and JSON reports hold the same results as the printed tables."""
    encoders("good", 0.3, seed=1)
    encoders("mute", 1.0, seed=3, judged=False)
    files = [tmp_path / f"report.{form}" for form in ("html", "md", "json")]
    told = invoke(
        *("leaderboard", "--learners", "mean-difference", "--folds", "3", "--repeats", "2"),
        *(word for file in files for word in ("--to", str(file))),
    )
    assert told.exit_code == 0, told.stderr
    assert "is best: it puts the better of two photos first" in told.stdout
    assert "left out: mute" in told.stderr
    assert "good has no cost: the embeddings were imported" in told.stderr
    assert all(file.stat().st_size > 1000 for file in files)
    assert json.loads(files[2].read_text())["panels"][0]["name"] == "good"

    again = invoke("leaderboard", "--to", str(tmp_path / "new.md"), "--to", str(files[0]))
    assert again.exit_code == 1
    assert "report.html exists already" in again.stderr
    assert not (tmp_path / "new.md").exists()
    quick = ("--learners", "mean-difference", "--folds", "2", "--repeats", "1")
    link = tmp_path / "link.json"
    link.symlink_to(files[2])
    assert invoke("leaderboard", *quick, "--to", str(link), "--force").exit_code == 0
    assert link.is_symlink()
    assert json.loads(files[2].read_text())["panels"][0]["protocol"]["folds"] == 2
    many = invoke("leaderboard", *quick[:2], "--folds", "1000", "--fold-by", "group")
    assert "10 folds instead of 1000, dealt once: there are only 10 groups" in many.stderr

    wrong = invoke("leaderboard", "--to", str(tmp_path / "report.pdf"))
    assert wrong.exit_code == 1
    assert "name it with .html, .md, .json" in wrong.stderr
    assert invoke("leaderboard", "--learners", "none").exit_code == 1
    assert invoke("leaderboard", "--index", "mute").exit_code == 1


def test_no_report_is_written_among_photos(home, gallery):
    """A report path in a folder of indexed photos is refused before anything is measured."""
    wrong = invoke("leaderboard", "--to", str(gallery / "report.html"))
    assert wrong.exit_code == 1
    assert "whose photos are in the index" in wrong.stderr
    assert not (gallery / "report.html").exists()


@pytest.mark.slow
def test_costs_are_measured_where_photos_can_be_opened(home):
    """The cost report gives times to open and embed a photo, and 1,600 bytes for an embedding."""
    index = Index.open(Workspace(home).index("small"))
    report = run_contest(panels_of([index])[0][0], replace(FAST, vectors=("ours",), costs=True))
    cost = report.rows[0].cost
    assert cost.bytes == 1600
    assert cost.open_seconds > 0
    assert cost.embed_seconds > 0
    assert report.shown is not None
    assert report.shown.by == report.fair()[0].full_name
    scores = dict(
        zip(map(str, map(index.thumbnail, index.photos())), index.labels().scores, strict=True)
    )
    assert report.shown.best_scores == tuple(scores[picture] for picture in report.shown.best)
    assert index_table(report).rows[0][4:6] == ("800", "1,600")
    assert b"data:image/webp;base64," in report_bytes(make_leaderboard([index], FAST), ".html")


def test_a_chart_escapes_names_and_bears_what_is_undefined():
    """A chart draws no mark for an undefined value and escapes names."""
    nan = float("nan")
    chart = interval_chart(
        [ChartRow("<a>", nan, nan, nan, "seen"), ChartRow("b", 0.6, 0.5, 0.7, "tested")], '"'
    )
    assert "<a>" not in chart
    assert chart.count("<circle") == 3  # one value, and two marks of the key
    assert chart.count("&lt;a&gt;") == 1
    assert chart.index(">b<") < chart.index('class="apart"') < chart.index("&lt;a&gt;")
    assert interval_chart([], "nothing").endswith("</svg>")


def test_the_recipe_of_published_figures_is_parsed(tmp_path):
    """Each photorank command in benchmarks/published.py is accepted by the parser."""
    recipe = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "published.py"))
    for dataset in recipe["DATASETS"]:
        (tmp_path / dataset).mkdir()
    told = list(recipe["commands"](tmp_path, tmp_path / "results"))
    assert len(told) == 8 * len(recipe["DATASETS"])
    for words in told:
        leaf, rest = COMMAND, list(words)
        if rest[0] == "download":
            assert rest[1].startswith("https://github.com/LAION-AI/")
            continue
        while inner := getattr(leaf, "commands", None):
            leaf = inner[rest.pop(0)]
        leaf.make_context(words[0], rest)
