from dashboard.charts import content_chart
from dashboard.models.nuisance_texts import removal_texts
from tests.dashboard.models.test_nuisance_texts import nuisance


def test_the_chart_is_valid():
    """Altair accepts the chart, and its height fits one row for each kind of photo."""
    drawn = content_chart.content_removal(removal_texts(nuisance()).rows).to_dict()

    assert drawn["height"] == 3 * content_chart.STEP + 60
