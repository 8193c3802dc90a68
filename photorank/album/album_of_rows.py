"""Choice of album photos from arrays of embeddings and ratings, without an index of files."""

import numpy as np

from photorank.album.candidates import candidates_of, value_of_albums
from photorank.album.coverage import KeptSimilarities
from photorank.album.greedy_choice import Choice, Rules, choose
from photorank.album.request import AlbumRequest
from photorank.similarity.leader_clustering import leaders
from photorank.similarity.series import THRESHOLD, Series
from photorank.typing import Codes, Embeddings, Flags, Ratings


def choose_rows(heads: Embeddings, ratings: Ratings, request: AlbumRequest) -> Choice:
    """Choice of album photos from n embeddings and n ratings, as positions in these arrays.

    As for an index's photos the value balances quality and variety, and one of near-duplicates
    is taken while there are others; nothing is known of times, places and faces.
    """

    def no_picture(one: Codes, _: Codes) -> Flags:
        return np.zeros(len(one), dtype=bool)

    n = len(ratings)
    codes = np.unique(leaders(heads, THRESHOLD, THRESHOLD, no_picture), return_inverse=True)[1]
    series = Series(codes, np.arange(n), [None] * n, {}, THRESHOLD)
    candidates = candidates_of(ratings, ratings, series, request, np.ones(n, dtype=bool))
    places = min(request.places, len(candidates.rows))
    rules = Rules(places, candidates.pinned, candidates.first)
    choice = choose(value_of_albums(KeptSimilarities(heads), candidates, rules, request), rules)
    return choice._replace(rows=candidates.rows[choice.rows])
