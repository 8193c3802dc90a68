import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import gamma, nbinom, poisson, spearmanr

from photorank.errors import LabelsError, MissingPathError
from photorank.labels.popularity.likes_table import read_popularity
from photorank.labels.popularity.scores_from_likes import account_tiers, age_corrected, rate
from photorank.labels.tables.judgement_tables import check_rows


def crowd(n, *, seed=0, shape=2.0, usual=0.02):
    """Three arrays about random photos: like counts, view counts, and true likes per view."""
    rng = np.random.default_rng(seed)
    rates = rng.gamma(shape, usual / shape, n)
    views = np.ceil(rng.lognormal(4, 1.5, n))
    return rng.poisson(rates * views), views, rates


def test_one_like_of_one_view_does_not_beat_900_of_1000():
    """A photo with 1 like in 1 view scores lower than a photo with 900 likes in 1,000 views."""
    likes, views, _ = crowd(50)

    scores = rate([1, 900, *likes], [1, 1000, *views])

    assert scores[1] > 5 * scores[0]
    first, second = rate([1, 900], [1, 1000])
    assert first <= second


def test_the_prior_is_the_one_of_greatest_likelihood():
    """Estimates of likes per view use the prior distribution that has the greatest likelihood."""
    likes, views, _ = crowd(400)

    def loss(logs):
        alpha, beta = np.exp(logs)
        return -nbinom.logpmf(likes, alpha, beta / (beta + views)).sum()

    best = minimize(loss, [0.0, 3.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8})
    alpha, beta = np.exp(best.x)

    np.testing.assert_allclose(rate(likes, views), (alpha + likes) / (beta + views), rtol=1e-3)


def test_shrunken_rates_are_nearer_to_the_truth_than_quotients():
    """Shrunken estimates of likes per view are closer to the truth than plain quotients."""
    likes, views, rates = crowd(3000)

    shrunken, plain = rate(likes, views), likes / views

    assert ((shrunken - rates) ** 2).mean() < 0.6 * ((plain - rates) ** 2).mean()
    assert spearmanr(shrunken, rates)[0] > spearmanr(plain, rates)[0] + 0.05


def test_likes_may_exceed_views():
    """Even with more likes than views, a photo with more likes per view scores higher."""
    scores = rate([30, 200, 5, 1], [10, 20, 100, 50])
    assert (np.diff(scores[[3, 2, 0, 1]]) > 0).all()


def test_the_unit_of_exposure_does_not_matter():
    """Multiplying all view counts by 1,000 only divides all scores by 1,000."""
    likes, views, _ = crowd(200)
    np.testing.assert_allclose(rate(likes, views * 1000), rate(likes, views) / 1000, rtol=1e-4)


def test_photos_that_differ_by_chance_alone_are_all_the_same():
    """Photos whose like rates differ by no more than chance all get the pooled rate."""
    scores = rate([10, 11, 9, 10], [100, 100, 100, 100])
    assert scores.tolist() == [0.1] * 4


def test_a_photo_that_nobody_saw_has_the_usual_rate():
    """A photo without views gets the prior's expected rate, so it is neither best nor worst."""
    likes, views, _ = crowd(500)
    scores = rate([0, *likes], [0, *views])
    assert scores[0] == pytest.approx(0.02, rel=0.1)
    assert np.quantile(scores, 0.3) < scores[0] < np.quantile(scores, 0.8)


def test_a_shrunken_rate_is_the_mean_of_what_it_may_be():
    """A shrunken like rate is close to the posterior mean computed numerically on a grid."""
    likes, views, _ = crowd(2000, shape=1.5)
    grid = np.linspace(1e-6, 0.4, 20_000)
    prior = gamma.pdf(grid, 1.5, scale=0.02 / 1.5)
    for photo in range(20):
        weight = prior * poisson.pmf(likes[photo], grid * views[photo])
        expected = (grid * weight).sum() / weight.sum()
        assert rate(likes, views)[photo] == pytest.approx(expected, rel=0.1)


def test_the_logarithm_keeps_the_order():
    """Log scores are the logarithms of the like rates, finite even for photos without likes."""
    likes, views, _ = crowd(300)
    assert (likes == 0).any()
    np.testing.assert_allclose(np.exp(rate(likes, views, log=True)), rate(likes, views))


@pytest.mark.parametrize(
    ("likes", "exposure", "said"),
    [
        ([1, 2], [0, 5], "nobody saw"),
        ([0, 0], [0, 0], "no photo was seen"),
        ([0, 0], [7, 9], "0 likes"),
    ],
)
def test_counts_that_cannot_be_are_refused(likes, exposure, said):
    """Like counts are refused if a photo has likes but no views, or if all likes or views are 0."""
    with pytest.raises(LabelsError, match=said):
        rate(likes, exposure)


def test_tiers_are_of_equal_size_within_each_account():
    """Each of five tiers holds 20 of the 100 photos of an account, famous or unknown."""
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.random(100) * 1000, rng.random(100)])
    accounts = np.repeat(["star", "unknown"], 100)

    tiers = account_tiers(scores, accounts)

    for account in ("star", "unknown"):
        assert np.unique(tiers[accounts == account], return_counts=True)[1].tolist() == [20] * 5
        assert (
            np.diff(tiers[accounts == account][np.argsort(scores[accounts == account])])
        ).min() >= 0


def test_accounts_with_few_photos_stay_near_the_middle():
    """The only photo of an account gets the middle tier of popularity."""
    for n_tiers in (2, 3, 4, 5, 10):
        assert account_tiers([7.0], ["ann"], n_tiers=n_tiers) == (n_tiers + 1) / 2
    assert account_tiers([1.0, 2.0], ["ann", "ann"]).tolist() == [2, 4]
    assert account_tiers([3.0, 3.0, 3.0], [1, 1, 1]).tolist() == [3, 3, 3]


def test_turning_all_scores_round_turns_the_tiers_round():
    """If all scores are negated, the tiers are mirrored, even for ties and at tier borders."""
    rng = np.random.default_rng(1)
    scores, accounts = rng.integers(0, 6, 60), rng.integers(0, 9, 60)
    for n_tiers in (2, 3, 4, 7):
        tiers = account_tiers(scores, accounts, n_tiers=n_tiers)
        np.testing.assert_array_equal(
            account_tiers(-scores, accounts, n_tiers=n_tiers), n_tiers + 1 - tiers
        )


def test_young_photos_are_not_punished():
    """If likes grow with a photo's age, age-corrected scores still rank photos by worth."""
    rng = np.random.default_rng(0)
    days = np.ceil(rng.lognormal(5, 1.5, 500))
    worth = rng.lognormal(0, 0.5, 500)

    corrected = age_corrected(worth * days**0.7, days)

    assert spearmanr(corrected, worth)[0] > 0.99
    assert abs(spearmanr(corrected, days)[0]) < 0.05 + abs(spearmanr(worth, days)[0])


def test_popularity_that_does_not_grow_with_age_is_left_alone():
    """Scores are not age-corrected if new photos score highest or all photos have the same age."""
    scores = np.array([9.0, 3.0, 1.0])
    assert age_corrected(scores, [1, 10, 100]).tolist() == scores.tolist()
    assert age_corrected(scores, [7, 7, 7]).tolist() == scores.tolist()
    assert age_corrected([4.0], [0]) == [4.0]


def test_the_unit_of_scores_is_kept_by_the_age_correction():
    """Multiplying all scores by 1,000 multiplies the age-corrected scores by 1,000."""
    scores, days = np.array([1.0, 5.0, 4.0, 20.0]), [1, 9, 30, 400]
    np.testing.assert_allclose(
        age_corrected(1000 * scores, days), 1000 * age_corrected(scores, days)
    )


def read(tmp_path, text, **options):
    """Popularity table read from a CSV file with the given text."""
    path = tmp_path / "likes.csv"
    path.write_text(text)
    return read_popularity(path, **options)


def test_a_table_becomes_scores_with_their_formula_in_words(tmp_path):
    """Scores are computed from likes and favourites per view; a note states the formula."""
    table = read(
        tmp_path,
        "file,Likes,favourites,views,followers,account\n"
        "a.jpg,400,500,1000,9,ann\nb.jpg,1,0,1,9,bob\nc.jpg,4,6,1000,9,\nd.jpg,30,0,1000,9,ann\n",
    )

    assert [row.score for row in table.rows] == pytest.approx(
        rate([900, 1, 10, 30], [1000, 1, 1000, 1000], log=True).tolist()
    )
    assert [row.group for row in table.rows] == ["ann", "bob", None, "ann"]
    assert "likes + favourites per view, drawn to" in table.notes[0]
    assert table.notes[1] == "columns left out: followers"


def test_dates_correct_for_the_time_a_photo_was_out(tmp_path):
    """Likes are corrected by a photo's age: a new photo with fewer likes can score higher."""
    lines = [
        f"{day}.jpg,{likes},{date}"
        for day, likes, date in [
            (0, 40, "2024-07-31"),
            (1, 100, "2024-07-01T10:00:00"),
            (2, 400, "2023-07-31"),
            (3, 380, "2023-07-20"),
        ]
    ]
    table = read(tmp_path, "\n".join(["file,likes,date", *lines]))

    scores = [row.score for row in table.rows]
    assert scores[0] > scores[2] > scores[3]
    assert "until 2024-07-31" in table.notes[0]


def test_tiers_may_be_the_score(tmp_path):
    """Scores can be tiers within each account, so that 9 likes outrank another account's 800."""
    text = "file,likes,account\na,900,star\nb,800,star\nc,2,me\nd,9,me\n"
    table = read(tmp_path, text, tiers=2)

    assert [row.score for row in table.rows] == [2, 1, 1, 2]
    assert "its tier of 2 among the photos of its account" in table.notes[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,score\na,1\n", "likes or favourites"),
        ("name,likes\na,1\n", "no table of popularity"),
        ("", "no table of popularity"),
        ("file,likes\na,-1\n", "line 2"),
        ("file,likes\na,1.5\n", "line 2: likes '1.5' is not a count"),
        ("file,likes\na,1\nb,\n", "line 3: no likes"),
        ("file,likes,views\na,1,5\nb,1,0\n", "line 3: 1 likes with 0 views"),
        ("file,likes,date\na,1,31.7.2024\n", "line 2: date"),
        ("file,likes\na,0\nb,0\n", "0 likes"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_with_its_line(text, said, tmp_path):
    """An error about an unusable table names the fault and, for a bad cell, its line."""
    with pytest.raises(LabelsError, match=said):
        check_rows(read(tmp_path, text), partial=False)


def test_bad_rows_may_be_left_out(tmp_path):
    """With `partial` the valid rows are used and each bad row is reported in a note."""
    table = read(tmp_path, "file,likes\na,5\nb,-1\nc,90\n")
    assert [row.file for row in table.rows] == ["a", "c"]
    assert any("line 3" in note for note in check_rows(table, partial=True))


def test_a_missing_table_is_told(tmp_path):
    """Reading a missing table of likes raises MissingPathError."""
    with pytest.raises(MissingPathError):
        read_popularity(tmp_path / "likes.csv")
