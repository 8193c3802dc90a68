from dashboard.models.results.encoder_tables import WIDTHS_PX
from photorank.leaderboard.report import PanelReport
from photorank.leaderboard.tables import encoder_table, index_table, result_table, seen_table
from photorank.learning.protocol import Protocol

FREE_PX = 1366 - 48  # of a window, between the page's edges


def test_each_table_fits_a_small_window():
    """All columns of each table have widths that together fit a window of 1366 pixels."""
    panel = PanelReport("a", ("a",), 9, Protocol(), (), (), ())
    tables = [result_table(panel, "all"), seen_table(panel, "all")]
    for table in (*tables, index_table(panel), encoder_table(panel)):
        assert sum(WIDTHS_PX[name] for name in table.columns) <= FREE_PX
