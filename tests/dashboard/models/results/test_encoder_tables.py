from dashboard.models.results.encoder_tables import COLUMNS, WIDTHS_PX

FREE_PX = 1366 - 48  # of a window, between the page's edges


def test_the_table_fits_a_small_window():
    """Each column has a width, and the last one is not cut at 1366 pixels."""
    assert len(WIDTHS_PX) == len(COLUMNS)
    assert sum(WIDTHS_PX) <= FREE_PX
