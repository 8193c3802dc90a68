"""ASGI app of the dashboard: pages, thumbnails, and refusal of requests from other origins."""

import streamlit as st
from starlette.middleware import Middleware

# What the pages rest on is read before anybody waits for one; not what has caches, of which
# Streamlit warns while no server runs.
import photorank.rating.explain  # noqa: F401
from dashboard.routes.own_origin import OwnOriginOnly
from dashboard.routes.thumbnails import thumbnail_route

app = st.App("pages.py", routes=[thumbnail_route()], middleware=[Middleware(OwnOriginOnly)])
