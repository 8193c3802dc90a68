"""ASGI app of the dashboard: pages, HTTP routes, and the answer to unknown URLs."""

import logging

import streamlit as st
from starlette.middleware import Middleware
from streamlit import error_util

from dashboard.home_document import home_route
from dashboard.reason_route import reason_routes
from dashboard.routes.component_files import component_routes
from dashboard.routes.orders import order_routes
from dashboard.routes.own_origin import OwnOriginOnly
from dashboard.routes.page_documents import page_routes
from dashboard.routes.photo_facts import fact_routes
from dashboard.routes.pictures import picture_routes
from dashboard.routes.thumbnails import thumbnail_route
from dashboard.routes.unknown_addresses import PageForUnknownAddresses
from dashboard.routes.upload_route import upload_route
from dashboard.warm_up import warmed_up
from dashboard.widgets.errors import log_in_words, tell_error

ROUTES = [
    thumbnail_route(),
    upload_route(),
    *picture_routes(),
    *order_routes(),
    *component_routes(),
    *fact_routes(),
    *reason_routes(),
    *home_route(),
    *page_routes(),
]

logging.getLogger(error_util.__name__).addFilter(log_in_words)  # it logs what pages tell calmly

app = st.App(
    "pages.py",
    routes=ROUTES,
    middleware=[Middleware(OwnOriginOnly), Middleware(PageForUnknownAddresses)],
    lifespan=warmed_up,
    on_script_error=tell_error,
)
