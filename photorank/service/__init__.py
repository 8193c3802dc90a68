"""Service over HTTP: photos are uploaded, rated, compared, and chosen for an album."""
